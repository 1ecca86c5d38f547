-- Administrators may add fields to services.
select bear_custom('services', 'service');
