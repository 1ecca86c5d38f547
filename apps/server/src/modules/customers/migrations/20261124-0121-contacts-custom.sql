-- Administrators may add fields to contacts.
select bear_custom('contacts', 'contact');
