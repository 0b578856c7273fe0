package apps

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

const ordersJar = "orders-1.4.2.jar"

// Orders is a Spring Boot 3 executable jar (testdata/apps/orders) with an external application.yml, the actuator on a second port and a
// file database; the password in force comes from the environment and overrides the one in the file.
func Orders() App {
	return App{
		Name: "orders", Title: "Spring Boot 3.5 executable jar", Kind: "java-springboot",
		Listens: []Listen{{Offset: 1, Purpose: "http"}, {Offset: 2, Purpose: "management"}},
		Asks: []Ask{
			{Path: "/orders", Status: 200, Why: "the controller reads the database, with the password from the environment"},
			{Path: "/orders/2", Status: 200, Why: "a row with a letter beyond ASCII"},
			{Path: "/", Status: 200, Why: "the index"},
		},
		Tools:     []Tool{jdk(), maven()},
		Program:   installOrders,
		Configure: configureOrders,
		Command:   ordersCommand,
		Residue:   []string{"/tmp/hsperfdata_a2c-demo-orders"}, // the JVM leaves the folder
	}
}

func installOrders(ctx context.Context, s *Site) error {
	java, err := JavaHome()
	if err != nil {
		return err
	}
	build := s.path("build", "orders")
	if err := os.RemoveAll(build); err != nil {
		return err
	}
	if err := os.CopyFS(build, os.DirFS(s.source("orders"))); err != nil {
		return err
	}
	err = s.run(ctx, []string{"JAVA_HOME=" + java}, "mvn", "-q", "-B", "-f", filepath.Join(build, "pom.xml"), "-Dmaven.repo.local="+s.mavenRepository(), "package")
	if err != nil {
		return err
	}
	opt := s.path("opt", "orders")
	if err := freshFolder(opt); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(build, "target", ordersJar), filepath.Join(opt, ordersJar)); err != nil {
		return err
	}
	return os.Symlink(ordersJar, filepath.Join(opt, "orders.jar"))
}

func configureOrders(s *Site) error {
	a := Orders()
	etc, data, logs := s.path("etc", "orders"), s.path("var/lib", "orders"), s.path("var/log", "orders")
	if err := freshFolder(etc, data, logs); err != nil {
		return err
	}
	yml := fmt.Sprintf(`# this machine's settings
server:
  address: 127.0.0.1
  port: %d
management:
  server:
    address: 127.0.0.1
    port: %d
logging:
  file:
    name: %s/orders.log
spring:
  datasource:
    url: jdbc:h2:file:%s/orders
    username: orders
    password: "%s"
partner:
  %s: "%s"
`, s.Port(a, 0), s.Port(a, 1), logs, data, s.secret("orders", "file"), ymlKey(s.keyName("orders", "partner")), s.secret("orders", "partner"))
	if err := os.WriteFile(filepath.Join(etc, "application.yml"), []byte(yml), 0o644); err != nil {
		return err
	}
	if err := s.own(a, readOnly, etc); err != nil {
		return err
	}
	return s.own(a, writable, data, logs)
}

func ordersCommand(s *Site) Command {
	java, _ := JavaHome() // found when the jar was built
	hostile, _ := s.hostileVariables("orders")
	return Command{
		Argv: []string{
			filepath.Join(java, "bin", "java"), "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-jar", s.path("opt", "orders", "orders.jar"),
			"--spring.config.additional-location=file:" + s.path("etc", "orders") + "/",
		},
		Dir: s.path("var/lib", "orders"),
		Env: append([]string{
			"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + s.path("var/lib", "orders"),
			"SPRING_DATASOURCE_PASSWORD=" + s.secret("orders", "database"),
		}, hostile...),
	}
}
