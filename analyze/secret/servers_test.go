package secret

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// told lists what the search says of a file: as one that only lies there, or as configuration in force.
func told(t *testing.T, name, text string, inForce bool) []string {
	t.Helper()
	tree, err := host.Text(&txtar.Archive{Files: []txtar.File{{Name: "app/" + name, Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(&subject.Subject{Root: tree})
	if inForce {
		f.settings(&config.Config{Settings: settingsOf(t, name, text)})
	}
	f.file("/app/" + name)
	f.text("/app/" + name)
	var out []string
	for _, s := range f.out {
		out = append(out, fmt.Sprintf("%d %s", s.Place.Line, s.Kind))
	}
	for _, s := range f.indirect {
		out = append(out, fmt.Sprintf("%d is %s", s.Place.Line, s.Form))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func settingsOf(t *testing.T, name, text string) (out []config.Setting) {
	t.Helper()
	var list []parse.Setting
	var err error
	if strings.HasSuffix(name, ".properties") {
		list, err = parse.ReadProperties([]byte(text))
	} else {
		var doc *parse.XMLDocument
		if doc, err = parse.ReadXML([]byte(text)); err == nil {
			list = parse.XMLSettings(doc.Root)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		out = append(out, config.Setting{Key: s.Key, Value: s.Value, File: "/app/" + name, Line: s.Line, Place: model.Place{Kind: "file", Key: s.Key, Path: model.Path("/app/" + name), Line: s.Line}})
	}
	return out
}

// TestServers holds what is a secret and what only stands for one in files as servers write them.
func TestServers(t *testing.T) {
	const web = `<configuration>
  <connectionStrings configProtectionProvider="RsaProtectedConfigurationProvider">
    <EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element" xmlns="http://www.w3.org/2001/04/xmlenc#">
      <EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc" />
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
        <EncryptedKey xmlns="http://www.w3.org/2001/04/xmlenc#">
          <EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5" />
          <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyName>Rsa Key</KeyName></KeyInfo>
          <CipherData><CipherValue>WcFEbDX8VyLfAsVK8g6hZVAG1674ZFc1kWH0BoazgOwdBfinhcAmQmnIn0oHtZ5tO2EXGl+dyh10giEmO9NemH4YZk+iMIln+ItcEay9CGWMXSen9UQLpcQHQqMJErZiPK4qPZaRWwqckLqriCl9X8x9OE7jKIsO2Ibapwj+1Jo=</CipherValue></CipherData>
        </EncryptedKey>
      </KeyInfo>
      <CipherData><CipherValue>OpWQgQbq2wBZEGYAeV8WF82yz6q5WNFIj3rcuQ8gT0MP97aO9SHIZWwNggSEi2Ywi4oMaHX9p0NaJXG76aoMR9L/WasAxEwzQz3fexFgFSrGPful/5txSPTAGcqUb1PEBVlB9CA71UXIGVCPTiwF7zYDu8sSHhWa0fNXqVHHdLQYy1DfhXS3cO61vW5e/KYmKOGA4mjqT0VZaXgb9tVeGBDhjPh5ZlrLMNfYSozeJ+m2Lsm7hnF6VvFm3fFMXa6+h0JTHeCXBdmzg/vQb0u3oejSGzB4ly+V9O0T4Yxkwn9KVDW58PHOeRT2//3iZfJfWV2NZ4e6vj4Byjf81o3JVNgRjmm9hr9blVbbT3Q8/j5zJ+TElCn6zPHvnuB70iG2KPJXqAj2GBzBk6cHq+WNebOQNWIb7dTPumuZK0yW1XDZ5gkfBuqgn8hmosTE7mCvieP9rgATf6qgLgdA6zYyVV6WDjo1qbCV807lczxa3bF5KzKaVUSq5FS1SpdZKAE6/kkr0Ps++CE=</CipherValue></CipherData>
    </EncryptedData>
  </connectionStrings>
  <appSettings><add key="SmtpPassword" value="hunter2" /></appSettings>
  <system.web><machineKey validationKey="AutoGenerate,IsolateApps" decryptionKey="AutoGenerate,IsolateApps" /></system.web>
</configuration>
`
	const ring = `<?xml version="1.0" encoding="utf-8"?>
<key id="80732141-ec8f-4b80-af9c-c4d2d1ff8901" version="1">
  <creationDate>2015-03-19T23:32:02.3949887Z</creationDate>
  <descriptor deserializerType="Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection, Version=9.0.0.0, Culture=neutral, PublicKeyToken=adb9793829ddae60">
    <descriptor>
      <encryption algorithm="AES_256_CBC" />
      <validation algorithm="HMACSHA256" />
      %s
    </descriptor>
  </descriptor>
</key>
`
	for name, c := range map[string]struct {
		file, text string
		lying      []string // as a file that lies there
		inForce    []string
	}{
		"web.config": {"web.config", web, []string{"15 mail-password", "2 is protected"}, []string{"15 mail-password", "2 is protected"}},
		"key ring": {
			"key-80732141-ec8f-4b80-af9c-c4d2d1ff8901.xml", fmt.Sprintf(ring, "<masterKey p4:requiresEncryption=\"true\" xmlns:p4=\"http://schemas.asp.net/2015/03/dataProtection\">\n        <!-- Warning: the key below is in an unencrypted form. -->\n        <value>fD1ttqDO3aQ7pYEzrOeWqgSdNhK0Tb1p2xX5pV8mYQmZsUjR4cLw6aG9iBvEoHkT7nFyqJx3dPzWtCu0lSgMiA==</value>\n      </masterKey>"),
			[]string{"8 master-key"},
			nil,
		},
		"encrypted key ring": {
			"key-80732141-ec8f-4b80-af9c-c4d2d1ff8902.xml", fmt.Sprintf(ring, "<encryptedSecret decryptorType=\"Microsoft.AspNetCore.DataProtection.XmlEncryption.EncryptedXmlDecryptor, Microsoft.AspNetCore.DataProtection\" xmlns=\"http://schemas.asp.net/2015/03/dataProtection\">\n<EncryptedData xmlns=\"http://www.w3.org/2001/04/xmlenc#\"><CipherData><CipherValue>OpWQgQbq2wBZEGYAeV8WF82yz6q5WNFIj3rcuQ8gT0MP97aO9SHIZWwNggSEi2Yw</CipherValue></CipherData></EncryptedData></encryptedSecret>"),
			[]string{"8 is protected"},
			nil,
		},
		"wildfly": {"standalone.xml", `<server xmlns="urn:jboss:domain:20.0">
<datasource pool-name="A"><security user-name="a" password="hunter2"/></datasource>
<datasource pool-name="B"><security user-name="a"><credential-reference store="cs" alias="db"/></security></datasource>
<datasource pool-name="C"><security user-name="a"><credential-reference clear-text="hunter3"/></security></datasource>
<datasource pool-name="D"><security user-name="a" password="${ENC::init:RUxZAUMQ}"/></datasource>
<credential-stores><credential-store name="cs" relative-to="jboss.server.data.dir" location="cs.jceks"><credential-reference clear-text="MASK-2hKo56F1a3jYGnJwhPmiF5;12345678;34"/></credential-store></credential-stores>
<key-stores><key-store name="k"><credential-reference clear-text="${env.KEYSTORE_PASSWORD}"/><implementation type="JKS"/></key-store></key-stores>
<key-stores><key-store name="k2"><credential-reference clear-text="hunter4"/><implementation type="JKS"/></key-store></key-stores>
</server>
`, []string{"2 password", "4 password", "6 password", "8 password"}, []string{"2 password", "3 is credential-store", "4 password", "5 is credential-store", "6 master-key", "7 is variable", "8 keystore-password"}},
		"liberty": {"server.xml", `<server>
<variable name="db.password" value="{xor}Lz4sLCgwLTs="/>
<keyStore id="defaultKeyStore" password="{aes}AEmVKa+jOeA7pos+sSfpHNmH1MVfwg8ZoV29iDi6I0ZGcov6"/>
<properties password="${db.password}"/>
</server>
`, []string{"2 password", "3 password"}, []string{"2 password", "3 keystore-password", "4 is variable"}},
		"liberty with a key of its own": {"server.xml", `<server>
<variable name="wlp.password.encryption.key" value="s3cretKey"/>
<keyStore id="defaultKeyStore" password="{aes}AEmVKa+jOeA7pos+sSfpHNmH1MVfwg8ZoV29iDi6I0ZGcov6"/>
</server>
`, []string{"2 master-key"}, []string{"2 master-key", "3 is liberty-aes"}},
		"ltpa":  {"ltpa.keys", "com.ibm.websphere.ltpa.3DESKey=kAsL2nPQw1oyJp8yj1yQb5a8B6mSx0mlVMy1gQ4Hq3s\\=\n", []string{"0 signing-key"}, nil},
		"jetty": {"ssl.properties", "jetty.sslContext.keyStorePassword=OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v\nadmin.password=CRYPT:adpexzg3FUZAk\njdbc.password=MD5:164c88b302622e17050af52c89945d44\n", []string{"1 keystore-password", "2 password-hash", "3 password-hash"}, []string{"1 keystore-password", "2 password-hash", "3 password-hash"}},
		"jetty's defaults": {"jetty-ssl-context.xml", `<Configure id="sslContextFactory" class="org.eclipse.jetty.util.ssl.SslContextFactory$Server">
<Set name="KeyStorePassword"><Property name="jetty.sslContext.keyStorePassword" deprecated="jetty.keystore.password" default="OBF:1vny1zlo1x8e1vnw1vn61x8g1zlu1vn4"/></Set>
<Set name="KeyManagerPassword"><Property name="keys" default="hunter2"/></Set>
<Set name="TrustStorePassword"><Property name="jetty.sslContext.trustStorePassword"/></Set>
<Set name="TrustStoreType"><Property name="jetty.sslContext.trustStoreType" default="JKS"/></Set>
<Set name="password"><SystemProperty name="db.password"><Default>hunter3</Default></SystemProperty></Set>
<Set name="password"><Property>
<Name>db.password</Name><Deprecated>old.name</Deprecated>
<Default>hunter4</Default>
</Property></Set>
<Set name="password"><Property name="db.password"><Default><Env name="DB_PASSWORD" default="hunter5"/></Default></Property></Set>
<Set name="password"><Property name="db.password"><Default><Env name="DB_PASSWORD"/></Default></Property></Set>
</Configure>
`, []string{"11 password", "2 password", "3 password", "6 password", "9 password"}, []string{"11 password", "2 keystore-password", "6 password", "9 password"}},
		"tomcat": {"tomcat-users.xml", `<tomcat-users><user username="a" password="f1f2f3f4a5a6a7a8b1b2b3b4c5c6c7c8$100000$0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"/></tomcat-users>
`, []string{"1 password-hash"}, []string{"1 password-hash"}},
		"spring": {"application.properties", "spring.datasource.password=ENC(nrmZtkF7T0kjG/VodDvBw93Ct8EgjCA+)\nspring.mail.password={cipher}FKSAJDFGYOS8F7GLHAKERGFHLSAJ\nspring.config.import=optional:configtree:/run/secrets/\nspring.redis.password=${REDIS_PASSWORD}\n", []string{}, []string{"1 is jasypt", "2 is cipher", "3 is file", "4 is variable"}},
		"docker": {"app.properties", "DB_PASSWORD_FILE=/run/secrets/db\nsmtp.password=file:/run/secrets/smtp\n", []string{}, []string{"1 is file", "2 is file"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.lying, withoutForms(told(t, c.file, c.text, false), c.lying)); d != "" {
				t.Errorf("of a file that lies there (-want +got)\n%s", d)
			}
			if c.inForce == nil {
				return
			}
			if d := cmp.Diff(c.inForce, told(t, c.file, c.text, true)); d != "" {
				t.Errorf("of configuration in force (-want +got)\n%s", d)
			}
		})
	}
}

// withoutForms leaves out what stands for a secret where the case does not speak of it.
func withoutForms(list, want []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return strings.Contains(s, " is ") && !slices.Contains(want, s) })
}
