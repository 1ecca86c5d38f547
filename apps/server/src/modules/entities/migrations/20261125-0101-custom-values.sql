-- Fields that hold several values (choices, e-mail addresses, references) are filtered by a narrow table with a row for each value: only
-- operators that are proof against leaks may use an index under row-level security, and those of lists are not.
create table custom_values (
  tenant_id uuid not null,
  field_id uuid not null,
  value text not null,
  row_id uuid not null,
  primary key (tenant_id, field_id, value, row_id),
  foreign key (tenant_id, field_id) references custom_fields on delete cascade
);
create index on custom_values (tenant_id, row_id, field_id);
select guard_table('custom_values');

create or replace function empty_custom_columns() returns trigger
language plpgsql as $$
declare
  beside record;
begin
  for beside in select t.tenant_id, t.table_name from custom_tables t where t.noun = tg_argv[0] loop
    execute format('delete from dyn.%I b using old_rows o where b.tenant_id = $1 and o.tenant_id = $1 and b.id = o.id', beside.table_name)
    using beside.tenant_id;
    delete from custom_values v using old_rows o where v.tenant_id = beside.tenant_id and o.tenant_id = beside.tenant_id and v.row_id = o.id;
  end loop;
  return null;
end $$;

alter table custom_fields
  -- Rows that were there before an automatic number was added have these numbers kept for them, in the order of their creation.
  add column numbers_from bigint,
  add column numbers_to bigint,
  -- Of what kind values were before: one that was being written while the kind changed is read again when rows are copied.
  add column retyped_from text;
drop trigger bump_access_version_on_change on custom_fields;
create trigger bump_access_version_on_change after update on custom_fields for each row
  when ((to_jsonb(old) - array['index_done', 'index_from', 'numbers_from', 'version', 'updated_at'])
    is distinct from (to_jsonb(new) - array['index_done', 'index_from', 'numbers_from', 'version', 'updated_at']))
  execute function bump_access_version();
