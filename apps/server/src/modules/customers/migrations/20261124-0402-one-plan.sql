-- While customers come in by the thousand these run once a row, with a plan made when there were few: one that reads the whole table.
-- The way by the primary key is right for few and for many.
alter function check_place_in_hierarchy() set enable_seqscan = off;
alter function check_place_in_hierarchy() set enable_hashjoin = off;
alter function check_place_in_hierarchy() set enable_mergejoin = off;
alter function refuse_parent_of_another_partner() set enable_seqscan = off;
