package detect

import "slices"

// products are ordered by what they are for. Solr is named by its Jetty (jettyserver.go), Keycloak by its Quarkus (keycloak.go). What runs in a server of
// another name is found as that one, with its web application: Zipkin, Nacos, Camunda, Rundeck, Airsonic (Spring Boot), Jira, Confluence, Bamboo, TeamCity,
// Artifactory, Liferay, Alfresco, DSpace, GeoServer (Tomcat), XWiki (Jetty), openHAB, Unomi (Karaf), Apicurio Registry, Nessie (Quarkus), AKHQ (Micronaut).
func products() []product {
	return slices.Concat(brokers(), kafka(), databases(), grids(), hadoop(), stores(), engines(), pipelines(), workshop(), laboratory(), suites(), houses())
}
