package analyze_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/analyze/files"
	"a2c/internal/resolver"
	"a2c/model"
)

// add puts files behind those of a fixture.
func add(a *txtar.Archive, text string) {
	a.Files = append(a.Files, txtar.Parse([]byte(text)).Files...)
}

// depends writes dependencies in one line each.
func depends(list []model.Dependency) []string {
	var out []string
	for _, d := range list {
		s := fmt.Sprintf("%s: %s %s %v", d.Kind, d.Name, d.Direction, d.Addresses)
		if d.Alive {
			s += " alive"
		}
		if d.Process != "" {
			s += " by " + d.Process
		}
		if d.AppID != "" {
			s += " of " + d.AppID
		}
		for _, c := range d.Configured {
			s += fmt.Sprintf(" <%s %s>", c.Key, c.Source)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

const dependingOrders = `
-- etc/hosts --
127.0.0.1 localhost
10.0.0.7 db.example db
-- proc/412/net/tcp --
10.0.0.5:41000 10.0.0.7:5433 ESTABLISHED 720
127.0.0.1:41001 127.0.0.1:6380 ESTABLISHED 721
10.0.0.5:41002 10.0.0.9:5672 ESTABLISHED 722
10.0.0.5:41003 10.0.0.10:7777 ESTABLISHED 723
127.0.0.1:41004 127.0.0.1:8090 ESTABLISHED 724
10.0.0.5:41005 169.254.169.254:80 ESTABLISHED 725
127.0.0.1:6380 LISTEN 901
127.0.0.1:8090 LISTEN 902
-- proc/412/fd/20 -> socket:[720] --
-- proc/412/fd/21 -> socket:[721] --
-- proc/412/fd/22 -> socket:[722] --
-- proc/412/fd/23 -> socket:[723] --
-- proc/412/fd/24 -> socket:[724] --
-- proc/412/fd/25 -> socket:[725] --
-- proc/600/cmdline comm=redis-server --
/usr/bin/redis-server
-- proc/600/exe -> /usr/bin/redis-server --
-- proc/600/fd/3 -> socket:[901] --
-- proc/600/net/tcp --
127.0.0.1:6380 LISTEN 901
-- proc/601/cmdline comm=java --
java
-- proc/601/exe -> /usr/bin/java --
-- proc/601/fd/3 -> socket:[902] --
-- proc/601/net/tcp --
127.0.0.1:8090 LISTEN 902
-- etc/orders/application-deps.yml --
spring:
  datasource:
    url: jdbc:postgresql://${DB:DB.example}:5433/shop?password=x
  data.redis:
    host: localhost
    port: 6380
  rabbitmq:
    addresses: amqp://u:p@mq.example/v
  mail:
    host: mail.example
backend:
  host: 10.0.0.10
  port: 7777
partner:
  base-url: http://localhost:8090/api
  self: http://localhost:8081/
  other: http://0.0.0.0:9999
  schema: http://www.w3.org/2001/XMLSchema
unused:
  host: nowhere.example
  port: 99
`

func TestDependencies(t *testing.T) {
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "etc/hosts" })
		add(a, dependingOrders)
		add(a, "-- etc/orders/application-idle.yml --\nidle.url: jdbc:postgresql://idle.example/x\nspring.datasource.url: jdbc:postgresql://idle.example/y\n")
		appendTo(t, a, "proc/412/environ", "SPRING_PROFILES_ACTIVE=deps\n")
	})
	a, _ := run(t, tree, "java-springboot", analyze.Options{Others: []files.Other{{ID: "java-other-1", Processes: []int{601}}}})
	const yml = "/etc/orders/application-deps.yml:"
	want := []string{
		"aws: EC2 instance metadata at 169.254.169.254:80 out [169.254.169.254] alive",
		"broker: AMQP v at mq.example:5672 out [10.0.0.9] alive <spring.rabbitmq.addresses " + yml + "8>",
		"cache: Redis at localhost:6380 out [127.0.0.1] alive by redis-server (600) <spring.data.redis.host " + yml + "5> <spring.data.redis.port " + yml + "6>",
		"database: PostgreSQL shop at db.example:5433 out [10.0.0.7] alive <spring.datasource.url " + yml + "3>",
		"http: HTTP at localhost:8090 out [127.0.0.1] alive by java (601) of java-other-1 <partner.base-url " + yml + "15>",
		"mail: SMTP at mail.example:25 out [] <spring.mail.host " + yml + "10>",
		"other: TCP at 10.0.0.10:7777 out [10.0.0.10] alive <backend.host " + yml + "12> <backend.port " + yml + "13>",
	}
	if diff := cmp.Diff(want, depends(a.AnalysisInfo.Dependencies)); diff != "" {
		t.Error(diff)
	}
	for _, d := range a.AnalysisInfo.Dependencies {
		for _, field := range []string{"name", "kind", "protocol", "direction"} {
			if len(d.Evidence[field]) == 0 || d.Evidence[field][0] == "" {
				t.Errorf("%s: no evidence of %s", d.Name, field)
			}
		}
	}
	if got := services(a.AnalysisInfo.AWSServices); got != "" {
		t.Errorf("services of AWS: %s", got)
	}
}

// TestAbsorb has variables that an address is made of: they are its configuration, not other ends of their own.
func TestAbsorb(t *testing.T) {
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		add(a, `-- proc/412/net/tcp --
10.0.0.5:41000 10.0.0.11:5433 ESTABLISHED 720
10.0.0.5:41001 10.0.0.12:7000 ESTABLISHED 721
-- proc/412/fd/20 -> socket:[720] --
-- proc/412/fd/21 -> socket:[721] --
-- etc/orders/application-deps.yml --
site:
  database:
    host: 10.0.0.11
    port: 5433
shop.url: jdbc:postgresql://${site.database.host}:${site.database.port}/shop
other:
  host: 10.0.0.12
  port: 7000
`)
		appendTo(t, a, "proc/412/environ", "SPRING_PROFILES_ACTIVE=deps\n")
	})
	a, _ := run(t, tree, "java-springboot", analyze.Options{})
	const yml = "/etc/orders/application-deps.yml:"
	want := []string{
		"database: H2 /var/lib/orders/orders, embedded out [] alive <spring.datasource.url /etc/orders/application.yml:6>",
		"database: PostgreSQL shop at 10.0.0.11:5433 out [10.0.0.11] alive <shop.url " + yml + "5> <site.database.host " + yml + "3> <site.database.port " + yml + "4>",
		"other: TCP at 10.0.0.12:7000 out [10.0.0.12] alive <other.host " + yml + "7> <other.port " + yml + "8>",
	}
	if diff := cmp.Diff(want, depends(a.AnalysisInfo.Dependencies)); diff != "" {
		t.Error(diff)
	}
}

// TestResolve joins names with connections by what the resolver says, and lists what it does not say.
func TestResolve(t *testing.T) {
	const yml = "/etc/orders/application-deps.yml:"
	config := `-- etc/hosts --
127.0.0.1 localhost
10.0.0.7 db.example
-- proc/412/net/tcp --
10.0.0.5:41000 10.0.0.11:5432 ESTABLISHED 720
10.0.0.5:41001 10.0.0.12:5432 ESTABLISHED 721
10.0.0.5:41002 10.0.0.99:6379 ESTABLISHED 722
10.0.0.5:41003 10.0.0.13:7777 ESTABLISHED 723
-- proc/412/fd/20 -> socket:[720] --
-- proc/412/fd/21 -> socket:[721] --
-- proc/412/fd/22 -> socket:[722] --
-- proc/412/fd/23 -> socket:[723] --
-- etc/orders/application-deps.yml --
a.url: jdbc:postgresql://one.example/a
b.url: jdbc:postgresql://two.example/b
c.url: jdbc:postgresql://db.example/c
d.url: jdbc:mysql://silent.example/d
e.url: jdbc:mysql://${UNSET_HOST}/e
redis.url: redis://moved.example
f.url: http://unknown.example:8080/
left:
  host: left.example
  port: 7777
unused:
  host: nowhere.example
  port: 99
`
	answers := map[string]resolver.Answer{
		"one.example": {Addresses: []string{"10.0.0.11"}}, "two.example": {Addresses: []string{"10.0.0.12", "fd00::12"}}, "moved.example": {Addresses: []string{"10.0.0.98"}}, "left.example": {Addresses: []string{"10.0.0.13"}},
		"silent.example": {Failed: "the resolver did not answer within 2s"}, "unknown.example": {Failed: "the resolver knows no address of it", Unknown: true},
	}
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "etc/hosts" })
		add(a, config)
		appendTo(t, a, "proc/412/environ", "SPRING_PROFILES_ACTIVE=deps\n")
	})
	var asked []string
	a, _ := run(t, tree, "java-springboot", analyze.Options{Resolve: func(names []string) []resolver.Answer {
		asked = names
		var out []resolver.Answer
		for _, name := range names {
			answer := answers[name]
			answer.Name = name
			out = append(out, answer)
		}
		return out
	}})
	if diff := cmp.Diff([]string{"left.example", "moved.example", "one.example", "silent.example", "two.example", "unknown.example"}, asked); diff != "" {
		t.Errorf("asked: %s", diff)
	}
	want := []string{
		"cache: Redis at moved.example:6379 out [10.0.0.98 10.0.0.99] alive <redis.url " + yml + "6>",
		"database: H2 /var/lib/orders/orders, embedded out [] alive <spring.datasource.url /etc/orders/application.yml:6>",
		"database: MySQL d at silent.example:3306 out [] <d.url " + yml + "4>",
		"database: MySQL e at ${unset_host}:3306 out [] <e.url " + yml + "5>",
		"database: PostgreSQL a at one.example:5432 out [10.0.0.11] alive <a.url " + yml + "1>",
		"database: PostgreSQL b at two.example:5432 out [10.0.0.12 fd00::12] alive <b.url " + yml + "2>",
		"database: PostgreSQL c at db.example:5432 out [10.0.0.7] <c.url " + yml + "3>",
		"http: HTTP at unknown.example:8080 out [] <f.url " + yml + "7>",
		"other: TCP at left.example:7777 out [10.0.0.13] alive <left.host " + yml + "9> <left.port " + yml + "10>",
	}
	if diff := cmp.Diff(want, depends(a.AnalysisInfo.Dependencies)); diff != "" {
		t.Error(diff)
	}
	from := map[string]string{}
	for _, d := range a.AnalysisInfo.Dependencies {
		from[d.Host] = fmt.Sprint(d.Evidence["addresses"])
	}
	for host, want := range map[string]string{
		"one.example": "[resolver]", "left.example": "[resolver]", "db.example": "[" + yml + "3]",
		"moved.example": "[resolver derived: the only configured name with port 6379 for which the resolver gives other addresses now]",
	} {
		if from[host] != want {
			t.Errorf("addresses of %s are from %s, not %s", host, from[host], want)
		}
	}
	var skips []string
	for _, k := range a.AnalysisInfo.Skips {
		if strings.HasPrefix(k.What, "name ") {
			skips = append(skips, fmt.Sprintf("%s: %s %v", k.What, k.Reason, k.Incomplete))
		}
	}
	if diff := cmp.Diff([]string{"name silent.example: the resolver did not answer within 2s true", "name unknown.example: the resolver knows no address of it false"}, skips); diff != "" {
		t.Error(diff)
	}
}

// TestResolveMany holds that many names without an answer are one skip.
func TestResolveMany(t *testing.T) {
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		config := "-- etc/orders/application-deps.yml --\n"
		for i := range 30 {
			config += fmt.Sprintf("n%d.url: jdbc:mysql://n%d.example/d\n", i, i)
		}
		add(a, config)
		appendTo(t, a, "proc/412/environ", "SPRING_PROFILES_ACTIVE=deps\n")
	})
	a, _ := run(t, tree, "java-springboot", analyze.Options{Resolve: func(names []string) []resolver.Answer {
		out := make([]resolver.Answer, len(names))
		for i, name := range names {
			out[i] = resolver.Answer{Name: name, Failed: "busy"}
		}
		return out
	}})
	var got []string
	for _, k := range a.AnalysisInfo.Skips {
		if k.Reason == "busy" {
			got = append(got, fmt.Sprintf("%s %d %d %v", k.What, k.Count, len(k.Each), k.Incomplete))
		}
	}
	if diff := cmp.Diff([]string{"names of other ends 30 30 true"}, got); diff != "" {
		t.Error(diff)
	}
}

func services(list []model.AWSService) string {
	var out []string
	for _, s := range list {
		out = append(out, s.Service+" "+strings.Join(s.Actions, ",")+" "+fmt.Sprint(s.Evidence["service"]))
	}
	return strings.Join(out, "; ")
}

func TestAWSServices(t *testing.T) {
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		for _, jar := range []string{"aws-java-sdk-sqs-1.12.1.jar", "aws-core-2.20.5.jar", "s3-2.20.5.jar", "utils-2.20.5.jar", "s3-1.0.jar", "aws-java-sdk-core-1.12.1.jar"} {
			a.Files = append(a.Files, txtar.File{Name: "opt/orders/orders-1.4.2.jar!/BOOT-INF/lib/" + jar})
		}
		appendTo(t, a, "proc/412/environ", "SPRING_PROFILES_ACTIVE=aws\n")
		add(a, "-- etc/orders/application-aws.yml --\na.url: https://secretsmanager.eu-central-1.amazonaws.com\n")
	})
	a, _ := run(t, tree, "java-springboot", analyze.Options{})
	want := "s3 s3:GetObject,s3:PutObject,s3:DeleteObject,s3:ListBucket [/opt/orders/orders.jar!/BOOT-INF/lib/s3-2.20.5.jar]; " +
		"secretsmanager secretsmanager:GetSecretValue,secretsmanager:DescribeSecret [/etc/orders/application-aws.yml:1]; " +
		"sqs sqs:SendMessage,sqs:ReceiveMessage,sqs:DeleteMessage,sqs:GetQueueAttributes,sqs:GetQueueUrl [/opt/orders/orders.jar!/BOOT-INF/lib/aws-java-sdk-sqs-1.12.1.jar]"
	if diff := cmp.Diff(want, services(a.AnalysisInfo.AWSServices)); diff != "" {
		t.Error(diff)
	}
}
