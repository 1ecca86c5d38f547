-- What is said of a field beyond its kind: form, rule, condition, formula, who sees it in the portal, and whether it is about a person.
alter table custom_fields
  add column pattern text,
  add column scale integer check (scale between 0 and 6),
  add column validation text,
  add column validation_message text,
  add column visible_when jsonb,
  add column formula text,
  add column portal text not null default 'hidden' check (portal in ('hidden', 'visible', 'editable')),
  add column personal boolean;
alter table entity_fields
  add column pattern text,
  add column scale integer check (scale between 0 and 6),
  add column portal text not null default 'hidden' check (portal in ('hidden', 'visible', 'editable')),
  add column personal boolean;
