-- Administrators may add fields to tariffs.
select bear_custom('tariffs', 'tariff');
