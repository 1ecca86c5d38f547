-- It looks up one login at a time by one index, whatever it is asked: planning anew for each batch of arrays is in vain.
alter function radius_subscribers(uuid[], text[], uuid[]) set plan_cache_mode = force_generic_plan;
