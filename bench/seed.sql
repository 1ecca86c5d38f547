-- 100,000 customers with three services each in the bench tenant, set by set. :tenant is replaced by its id.
set app.tenant = ':tenant';
-- A trigram index is built at once in a tenth of the time that it takes to grow.
drop index search_documents_inside;

create temp table given (n serial, name text);
insert into given (name) select unnest(string_to_array('Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Zofia Łucja Jadwiga Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Marcin Michał Łukasz Grzegorz Józef Olena Iryna Oksana Taras Bohdan Андрій Марія Сергій José Lucía Jürgen Zoë', ' '));
create temp table family (n serial, name text);
insert into family (name) select unnest(string_to_array('Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Nowakowski Pawłowski Michalski Nowicki Adamczyk Dudek Zając Wieczorek Jabłoński Król Majewski Olszewski Jaworski Wróbel Malinowski Pawlak Witkowski Walczak Stępień Górski Rutkowski Michalak Sikora Ostrowski Baran Duda Szewczyk Tomaszewski Pietrzak Marciniak Wróblewski Zalewski Jakubowski Jasiński Zawadzki Sadowski Bąk Chmielewski Włodarczyk Borkowski Czarnecki Sawicki Sokołowski Urbański Kubiak Maciejewski Szczepański Kucharski Wilk Kalinowski Lis Mazurek Wysocki Adamski Kaźmierczak Wasilewski Sobczak Czerwiński Andrzejewski Cieślak Głowacki Zakrzewski Kołodziej Sikorski Krajewski Gajewski Szymczak Szulc Baranowski Laskowski Brzeziński Makowski Ziółkowski Przybylski Шевченко Коваленко Müller García', ' '));
create temp table town (n serial, name text);
insert into town (name) select unnest(string_to_array('Łódź Kraków Wrocław Poznań Gdańsk Szczecin Bydgoszcz Lublin Białystok Katowice Gdynia Częstochowa Radom Toruń Sosnowiec Rzeszów Kielce Gliwice Olsztyn Zabrze', ' '));

insert into taxes (tenant_id, name, rate) values (':tenant', 'VAT 23 %', 230000);
insert into tariffs (tenant_id, title, service_type, price, tax_id, speed_download_kbps, speed_upload_kbps)
select ':tenant', 'Fibre ' || mbit, 'internet', 1500 + mbit * 5, (select id from taxes where tenant_id = ':tenant'), mbit * 1000, mbit * 500
from unnest(array[100, 300, 600, 1000]) as mbit;
insert into tariffs (tenant_id, title, service_type, price, tax_id)
select ':tenant', title, 'recurring', price, (select id from taxes where tenant_id = ':tenant')
from (values ('Public address', 500), ('Television', 1200)) as t(title, price);

insert into customers (tenant_id, number, name, category, status, email, phone, street, city, postal_code, country, partner_id, currency,
  billing_day, activated_on, next_billing_on, unbilled_from)
select ':tenant', 'K' || lpad(i::text, 6, '0'),
  case when i % 10 = 0 then f.name || ' ' || (array['Sp. z o.o.', 'Transport', 'Handel', 'i Synowie'])[i / 10 % 4 + 1] else g.name || ' ' || f.name end,
  case when i % 10 = 0 then 'company' else 'person' end,
  case when i % 50 = 0 then 'blocked' when i % 33 = 0 then 'new' else 'active' end,
  'customer' || i || '@example.com', '+48 ' || 500 + i % 300 || ' ' || lpad((i * 7 % 1000)::text, 3, '0') || ' ' || lpad((i / 100)::text, 3, '0'),
  'ulica Długa ' || i % 200 + 1, t.name, lpad((i % 90)::text, 2, '0') || '-' || lpad((i % 900)::text, 3, '0'), 'PL',
  (select id from partners where tenant_id = ':tenant' and parent_id is null), 'EUR', 1, '2026-01-01', first, first
from generate_series(1, 100000) as i
cross join (select (date_trunc('month', now()) + interval '1 month')::date as first) next_month
join given g on g.n = i * 7 % (select count(*) from given) + 1
join family f on f.n = i * 13 / 7 % (select count(*) from family) + 1
join town t on t.n = i % 20 + 1
order by i;

-- An internet service with login and address, a public address, a television.
insert into services (tenant_id, customer_id, partner_id, tariff_id, service_type, status, login, password, ipv4_mode, ipv4_address, mac, start_date)
select c.tenant_id, c.id, c.partner_id, t.id, t.service_type, 'active',
  case kind when 1 then 'user' || c.i end, case kind when 1 then '\x00'::bytea end,
  case kind when 1 then 'static' else 'none' end,
  case kind when 1 then '10.0.0.0'::inet + c.i end,
  case kind when 1 then regexp_replace('02005e' || lpad(to_hex(c.i), 6, '0'), '(..)(?!$)', '\1:', 'g') end,
  '2026-01-01'
from (select *, substr(number, 2)::bigint as i from customers where tenant_id = ':tenant') c
cross join generate_series(1, 3) as kind
join lateral (
  select id, service_type from tariffs
  where tenant_id = ':tenant' and title = case kind when 1 then (array['Fibre 100', 'Fibre 300', 'Fibre 600', 'Fibre 1000'])[c.i % 4 + 1] when 2 then 'Public address' else 'Television' end
) t on true;

insert into service_periods (tenant_id, service_id, during, status, tariff_id, price, quantity)
select s.tenant_id, s.id, daterange('2026-01-01', null), 'active', s.tariff_id, t.price, 1
from services s join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
where s.tenant_id = ':tenant';

insert into service_changes (tenant_id, service_id, partner_id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, actor)
select s.tenant_id, s.id, s.partner_id, s.start_date, k.seq, k.kind, 'in_force', k.tariff_id, k.price, k.custom, k.quantity, k.months,
  '{"kind": "system", "id": null, "name": "bench"}'
from services s
join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
cross join lateral (
  values (1, 'create', t.id, t.price, false, 1, 1), (2, 'activate', null, null, null, null, null)
) as k(seq, kind, tariff_id, price, custom, quantity, months)
where s.tenant_id = ':tenant';

create index search_documents_inside on search_documents using gin (words gin_trgm_ops) with (gin_pending_list_limit = 1024);
