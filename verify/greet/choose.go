package greet

import (
	"strings"

	"a2c/model"
)

// For are the protocols to try on a listener, by what the analysis knows of it: its purpose, the product, and among the ports of a broker the usual numbers.
// HTTP itself is asked elsewhere. A port for commands (shutdown, debug) is not even connected to; one of no known purpose is only listened to, for up to two
// seconds; of the others nothing is tried.
func For(l model.Listener, app model.App) []Protocol {
	switch l.Purpose {
	case "":
		return []Protocol{Banner()}
	case "ssh":
		return []Protocol{Banner()}
	case "https":
		return TLS()
	case "ajp":
		return []Protocol{AJP()}
	case "jmx", "naming":
		return []Protocol{RMI()}
	case "grpc":
		return append([]Protocol{HTTP2()}, GRPC()...)
	case "messaging":
		return messaging(l.Port, app.Platform.Name)
	case "database":
		return database(l.Port, app.Platform.Name)
	}
	return nil
}

func messaging(port int, product string) []Protocol {
	switch {
	case strings.Contains(product, "Kafka"):
		return []Protocol{Kafka()}
	case product == "HiveMQ", product == "Moquette":
		return []Protocol{MQTT()}
	case strings.Contains(product, "James"):
		return []Protocol{Banner()}
	}
	switch port {
	case 5671, 8883, 61612, 61614, 61617:
		return TLS()
	case 5672:
		return []Protocol{AMQP10(), AMQP091()}
	case 61613:
		return []Protocol{STOMP()}
	case 1883:
		return []Protocol{MQTT()}
	case 9092:
		return []Protocol{Kafka()}
	}
	switch product {
	case "Apache ActiveMQ Artemis": // one port takes all
		return []Protocol{AMQP10()}
	case "Apache Qpid Broker-J":
		return []Protocol{AMQP10(), AMQP091()}
	case "Apache ActiveMQ":
		return []Protocol{OpenWire()}
	}
	return nil
}

func database(port int, product string) []Protocol {
	switch {
	case product == "H2 Database" && port == 5435, product == "CrateDB", port == 5432:
		return []Protocol{PostgreSQL()}
	case product == "H2 Database":
		return []Protocol{H2()}
	case product == "HSQLDB": // it says nothing before a login, and writes a stack trace to its log for any other hello
		return nil
	case product == "Apache ZooKeeper", port == 2181:
		return []Protocol{ZooKeeper()}
	case port == 6379:
		return []Protocol{Redis()}
	}
	return nil
}
