-- A preview of a large bulk runs in the background too: what each row would come to is kept with its result.
alter table bulk_jobs add column preview boolean not null default false;
alter table bulk_job_rows add column told jsonb;
