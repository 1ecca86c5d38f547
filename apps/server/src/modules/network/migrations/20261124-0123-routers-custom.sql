-- Administrators may add fields to routers.
select bear_custom('routers', 'router');
