package parse

import (
	"regexp"
	"slices"
	"strings"
)

// Kinds that say more than redaction needs, as in model.Secret.
const (
	SecretKeyStorePassword = "keystore-password"
	SecretMasterKey        = "master-key"
	SecretSigningKey       = "signing-key"
	SecretCloudKey         = "cloud-key"
	SecretLDAP             = "ldap-bind"
	SecretMail             = "mail-password"
	SecretURL              = "url-password"
	SecretHash             = "password-hash"
)

// SecretKind says of a secret that was found what its value opens, by the whole key ("Server/Service/Connector/SSLHostConfig/Certificate@
// certificateKeystorePassword") and the value. kind is what FindSecrets said; it stays where nothing tells more.
func SecretKind(kind, key, value string) string {
	if kind != SecretPassword && kind != SecretToken {
		return kind
	}
	switch {
	case passwordHash.MatchString(value):
		return SecretHash
	case cloudKey(value):
		return SecretCloudKey
	}
	name := " " + strings.Join(nameWords(key), " ") + " "
	joined := strings.ReplaceAll(name, " ", "")
	for _, k := range kindsByName() {
		if slices.ContainsFunc(k.glued, func(w string) bool { return strings.Contains(joined, w) }) || slices.ContainsFunc(k.words, func(w string) bool { return strings.Contains(name, " "+w+" ") }) {
			return k.kind
		}
	}
	if i := strings.Index(value, "://"); kind == SecretPassword && i > 0 && strings.Contains(value[i:], "@") {
		return SecretURL
	}
	return kind
}

// kindByName are the parts of a key that tell the kind: glued anywhere in it, or words of it.
type kindByName struct {
	kind         string
	glued, words []string
}

func kindsByName() []kindByName {
	return []kindByName{
		{SecretMasterKey, []string{"jasypt", "encryptorpassword", "vaultpassword", "vaulttoken", "masterpassword", "masterkey", "passwordencryptionkey", "credentialstore", "ansiblevault", "encryptkey", "dataprotection"}, nil},
		{SecretKeyStorePassword, []string{"keystore", "truststore", "keypass", "storepass", "sslkeypassword", "keymanager"}, []string{"certificate", "certificates", "pfx", "pkcs12", "jks"}},
		{SecretCloudKey, []string{"awssecret", "secretaccesskey", "azureclientsecret", "azurestorage", "accountkey", "googleapi", "gcpkey"}, []string{"aws", "s3", "azure", "gcp"}},
		{SecretSigningKey, []string{"signingkey", "signing", "jwtsecret", "jwtkey", "sessionsecret", "sessionkey", "rememberme", "csrf", "cookiesecret", "machinekey", "validationkey"}, []string{"jwt", "hmac"}},
		{SecretLDAP, []string{"ldap", "bindpassword", "bindcredential", "bindpw", "connectionpassword", "securitycredentials"}, nil},
		{SecretMail, []string{"smtp", "mailpassword"}, []string{"mail"}},
	}
}

// passwordHash are bcrypt and crypt(5), what Spring and LDAP mark by a scheme, and Tomcat's salt$iterations$digest.
var passwordHash = regexp.MustCompile(`^(\$(2[abxy]?|5|6|y|argon2(i|d|id)|pbkdf2[\w-]*)\$|\{(bcrypt|scrypt|argon2|pbkdf2|S?SHA(256|512)?|MD5|CRYPT|hash)[\w@-]*\}|(MD5|CRYPT):|[0-9a-f]{16,}\$[0-9]+\$[0-9a-f]{32,})`)

func cloudKey(value string) bool {
	return slices.ContainsFunc([]string{"AKIA", "ASIA", "AIza", "LTAI", "ya29.", "GOCSPX-"}, func(p string) bool { return strings.HasPrefix(value, p) })
}
