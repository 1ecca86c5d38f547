-- What a bulk is given may hold secrets (the passwords of new services): it is sealed from now on, and gone when the job is done.
alter table bulk_jobs rename column input to input_in_clear;
alter table bulk_jobs alter column input_in_clear drop not null;
alter table bulk_jobs add column input bytea;
-- Only jobs that are still to run need what they were given; those read it where it is and clear it at their end.
update bulk_jobs set input_in_clear = null where status not in ('queued', 'running');
-- The trail keeps that a bulk was ordered, by whom and of what, without what it was given.
update audit_events set changes = changes || '{"input": [null, "set"]}' where noun = 'bulk_job' and changes ? 'input';
