-- A service that has ended needs no login: the erasing of its customer takes it away.
alter table services
  drop constraint internet_service_has_login,
  add constraint internet_service_has_login
    check (service_type <> 'internet' or status in ('disabled', 'terminated') or (login is not null and password is not null));
