package analyze_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestVariables has variables that name folders: what is taken with all that it holds, what is not, and what is said of it.
func TestVariables(t *testing.T) {
	const wildfly = "opt/wildfly/jboss-modules.jar opt/wildfly/modules/module.xml opt/wildfly/standalone/a.xml"
	const jdk = "opt/jdk-21/bin/java opt/jdk-21/lib/modules opt/jdk-21/jmods/java.base.jmod"
	cases := map[string]struct {
		env     string // lines of the environment
		maps    string // a file that is mapped
		files   string // that are there besides, with spaces between them
		in, out string
		says    string // "PATH REASON": a path that is listed as left out, with a part of the reason
	}{
		"a folder of the application's own": {
			env: "APP_CONFIG=/srv/site/conf", files: "srv/site/conf/a.yml srv/site/conf/b/c.txt srv/site/other.txt", in: "/srv/site/conf/a.yml /srv/site/conf/b/c.txt", out: "/srv/site/other.txt",
		},
		"the root":                        {env: "HOME=/\nAPP_ROOT=/\nX=/srv", files: "srv/site/a.txt", out: "/srv/site/a.txt"},
		"folders of everybody":            {env: "A=/usr/share\nB=/var/lib\nC=/usr/share/java\nD=/etc", files: "usr/share/x/a etc/x.conf var/lib/x/a usr/share/java/x.jar", out: "/usr/share/x/a /etc/x.conf /var/lib/x/a /usr/share/java/x.jar"},
		"of the shell":                    {env: "OLDPWD=/srv/site\nTMPDIR=/srv/tmp2\nXDG_DATA_HOME=/srv/data\nPATH=/srv/site:/srv/bin", files: "srv/site/a srv/tmp2/a srv/data/a srv/bin/a", out: "/srv/site/a /srv/tmp2/a /srv/data/a /srv/bin/a"},
		"a person's tools":                {env: "NVM_DIR=/home/ann/.nvm\nTOOLS=/root/tools", files: "home/ann/.nvm/nvm.sh root/tools/a", out: "/home/ann/.nvm/nvm.sh /root/tools/a"},
		"another Java runtime":            {env: "JDK_HOME=/opt/jdk-21", files: jdk, out: "/opt/jdk-21/lib/modules /opt/jdk-21/bin/java", says: "/opt/jdk-21 config: JDK_HOME (env JDK_HOME of 412) names it, and it is another Java runtime than the one that runs"},
		"another one, by a link":          {env: "JDK_HOME=/opt/jdk", files: jdk + " opt/jdk->jdk-21", out: "/opt/jdk-21/lib/modules", says: "/opt/jdk-21 another Java runtime"},
		"another one, of which a file is": {env: "JDK_HOME=/opt/jdk-21", maps: "/opt/jdk-21/lib/modules", files: jdk, in: "/opt/jdk-21/lib/modules /opt/jdk-21/jmods/java.base.jmod"},
		"the runtime that runs":           {env: "JDK_HOME=/usr/lib/jvm/java-17-openjdk-amd64", files: "usr/lib/jvm/java-17-openjdk-amd64/jmods/java.base.jmod", in: "/usr/lib/jvm/java-17-openjdk-amd64/lib/modules", out: "/usr/lib/jvm/java-17-openjdk-amd64/jmods/java.base.jmod"},
		"another server":                  {env: "JBOSS_HOME=/opt/wildfly", files: wildfly, out: "/opt/wildfly/jboss-modules.jar /opt/wildfly/standalone/a.xml", says: "/opt/wildfly a WildFly that does not run"},
		"its configuration alone":         {env: "JBOSS_HOME=/opt/wildfly\nSITE=/opt/wildfly/standalone", files: wildfly, in: "/opt/wildfly/standalone/a.xml", out: "/opt/wildfly/jboss-modules.jar"},
		"another Tomcat":                  {env: "CATALINA_HOME=/opt/tomcat\nTOMCAT_HOME=/opt/tomcat", files: "opt/tomcat/bin/catalina.sh opt/tomcat/lib/catalina.jar", out: "/opt/tomcat/lib/catalina.jar", says: "/opt/tomcat an Apache Tomcat that does not run"},
		"what only looks like a server":   {env: "SITE=/opt/wildfly", files: "opt/wildfly/jboss-modules.jar opt/wildfly/a.txt", in: "/opt/wildfly/a.txt"},
		"tools of developers":             {env: "M2_HOME=/opt/maven\nGRADLE_HOME=/opt/gradle", files: "opt/maven/bin/mvn opt/maven/lib/a.jar opt/gradle/bin/gradle opt/gradle/lib/a.jar", out: "/opt/maven/lib/a.jar /opt/gradle/lib/a.jar", says: "/opt/maven Maven"},
		"what systemd has made": {
			env:   "CACHE_DIRECTORY=/var/cache/site\nSTATE_DIRECTORY=/var/lib/site:/var/lib/site2\nLOGS_DIRECTORY=/var/log/site\nCONFIGURATION_DIRECTORY=/etc/site",
			files: "var/cache/site/a var/lib/site/a var/lib/site2/a var/log/site/a etc/site/a", in: "/etc/site/a", out: "/var/cache/site/a /var/lib/site/a /var/lib/site2/a /var/log/site/a",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := machine(t, "java-springboot", func(a *txtar.Archive) {
				f := file(t, a, "proc/412/environ")
				f.Data = []byte(string(f.Data) + c.env + "\n")
				if c.maps != "" {
					f := file(t, a, "proc/412/maps")
					f.Data = []byte("7e0c1d000000-7e0c1d021000 r--s 00000000 fe:00 21 " + c.maps + "\n" + string(f.Data))
				}
				for name := range strings.FieldsSeq(c.files) {
					link, target, is := strings.Cut(name, "->")
					if is {
						name = link + " -> " + target
					} else {
						a.Files = append(a.Files, txtar.File{Name: name[:strings.LastIndexByte(name, '/')] + "/ uid=995"})
					}
					a.Files = append(a.Files, txtar.File{Name: name})
				}
			})
			_, list := run(t, m, "java-springboot", analyze.Options{})
			decided(t, list, c.in, c.out)
			p, reason, _ := strings.Cut(c.says, " ")
			said := c.says == ""
			for _, f := range list {
				said = said || string(f.Path) == p && f.Decision == model.Out && strings.Contains(f.Reasons[0], reason)
			}
			if !said {
				t.Errorf("%s is not listed as left out because of %q", p, reason)
			}
		})
	}
}
