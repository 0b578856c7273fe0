create table if not exists orders (id int primary key, customer varchar(80) not null, cents int not null);
merge into orders key (id) values (1, 'Ada', 1999), (2, 'Łukasz', 4250), (3, 'Grace', 990);
