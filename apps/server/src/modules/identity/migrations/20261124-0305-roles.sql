-- What came since to the roles every tenant starts with, for those that nobody edited. A role's grants add up.
update roles r
set grants = r.grants || n.grants, updated_at = now()
from (values
  ('support', '[{"noun": "service", "actions": ["change_addresses"]},
    {"noun": "service_mac", "actions": ["create", "update", "delete"]}]'::jsonb),
  ('billing', '[{"noun": "service_mac", "actions": ["*"]}]'::jsonb),
  ('network', '[{"noun": "service", "actions": ["list", "get", "update", "change_addresses"], "hidden_fields": ["balance", "price"]},
    {"noun": "access_device", "actions": ["*"]}, {"noun": "service_mac", "actions": ["*"]}]'::jsonb)
) n(name, grants)
where r.name = n.name and r.version = 1;
update tenants set access_version = access_version + 1;
