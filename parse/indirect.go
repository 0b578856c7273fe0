package parse

import (
	"regexp"
	"slices"
	"strings"
)

// Forms of values that stand for a secret, as in model.IndirectSecret.
const (
	IndirectVariable   = "variable"
	IndirectFile       = "file"
	IndirectJasypt     = "jasypt"
	IndirectVault      = "vault"
	IndirectStore      = "credential-store"
	IndirectKeyVault   = "key-vault"
	IndirectAWS        = "aws"
	IndirectLibertyAES = "liberty-aes"
	IndirectCipher     = "cipher"
	IndirectProtected  = "protected"
)

// Indirect reports that the value of a key with a secret's name is no secret itself, and in which form it stands for one. {xor} of Liberty and OBF: of Jetty
// are no encryption, nor is MASK- of WildFly, which holds what it is undone by: such a value is a secret.
func Indirect(name, value string) (form string, ok bool) {
	if form = wrapped(value); form != "" {
		return form, true
	}
	if strings.HasSuffix(name, "credential-reference@alias") && value != "" { // of WildFly: the store is named beside it
		return IndirectStore, true
	}
	words := nameWords(name)
	kind, _ := secretWords(words)
	if kind == "" || value == "" {
		return "", false
	}
	if isReference(value) && strings.Trim(value, "*xX") != "" {
		return IndirectVariable, true
	}
	last := words[len(words)-1]
	place := slices.Contains([]string{"file", "path", "location"}, last) || strings.HasPrefix(value, "file:") || strings.HasPrefix(value, "/run/secrets/")
	if place && fileName(value) {
		return IndirectFile, true
	}
	return "", false
}

// wrapped tells by the value alone.
func wrapped(v string) string {
	if len(v) > maxWrapped {
		return ""
	}
	for _, f := range []struct {
		form  string
		shape *regexp.Regexp
	}{
		{IndirectJasypt, jasypt},
		{IndirectVault, vaulted},
		{IndirectStore, stored},
		{IndirectKeyVault, keyVault},
		{IndirectAWS, awsReference},
		{IndirectLibertyAES, libertyAES},
		{IndirectCipher, ciphered},
		{IndirectFile, configTree},
	} {
		if f.shape.MatchString(v) {
			return f.form
		}
	}
	return ""
}

// maxWrapped is more than any of them has.
const maxWrapped = 16 << 10

var (
	jasypt       = regexp.MustCompile(`^ENC\([A-Za-z0-9+/=_-]+\)$`)                                                                                   // also Artemis, ActiveMQ, Karaf
	vaulted      = regexp.MustCompile(`^(\$\{VAULT::[^{}]+\}|vault:[\w./#:-]+)$`)                                                                     // WildFly before 25; Spring Cloud Vault, Bank-Vaults
	stored       = regexp.MustCompile(`^\$\{(ENC::|ALIAS=|CR::|credential:)[^{}]+\}$`)                                                                // WildFly's encrypted expressions; Payara's and GlassFish's aliases
	keyVault     = regexp.MustCompile(`^@Microsoft\.KeyVault\([^()]+\)$`)                                                                             // App Service
	awsReference = regexp.MustCompile(`^(arn:aws[a-z-]*:(secretsmanager|ssm):|\{\{resolve:|aws-secretsmanager:|aws-parameterstore:|secretsmanager:)`) // ECS, CloudFormation, Spring Cloud AWS
	libertyAES   = regexp.MustCompile(`^\{(aes|aes-128|aes-256)\}[A-Za-z0-9+/=]+$`)                                                                   // securityUtility encode
	configTree   = regexp.MustCompile(`^(optional:)?configtree:/[^\s]*$`)                                                                             // Spring Boot: a folder with a file for each
	ciphered     = regexp.MustCompile(`^(\{cipher\}[A-Za-z0-9+/=]+|ENC\[[A-Z0-9_]+,data:.*\]|\$ANSIBLE_VAULT;.*)`)                                    // Spring Cloud Config, SOPS, Ansible
)
