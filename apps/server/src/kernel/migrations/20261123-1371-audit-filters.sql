-- The audit list answers who, what, when and why: by action, time, request, and by the event that began a chain of consequences.
alter table audit_events add column cause_root uuid generated always as ((cause -> 0 ->> 'event_id')::uuid) stored;
create index on audit_events (tenant_id, action, id);
create index on audit_events (tenant_id, at, id);
create index on audit_events (tenant_id, request_id, id);
create index on audit_events (tenant_id, cause_root, id) where cause_root is not null;
