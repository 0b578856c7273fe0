package generate

import (
	"strings"

	"a2c/model"
)

// sample is what the stages before leave for an application, as far as Propose reads it.
type sample struct {
	analysis model.Analysis
	image    model.Image
	seen     *model.Verification
}

// samples are the four kinds of the demo: a Tomcat with a database folder and a read-only root that was seen to work, a Spring Boot
// jar with its actuator on a second port and a secret, an ASP.NET Core application, and a single file that was never verified; and an
// agent that watches its machine.
func samples() map[string]sample {
	return map[string]sample{"tomcat": tomcat(), "springboot": springBoot(), "tomcat-file": tomcatFile(), "dotnet": aspNet(), "dotnet-single": singleFile(), "agent": agent()}
}

func digest(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func tomcat() sample {
	i := model.Image{
		ApplicationID: "java-tomcat-9e8e4799", Repository: "java-tomcat-9e8e4799", Tag: "latest", Digest: digest("1"), Platform: "linux/amd64",
		Size: 180 << 20, Uncompressed: 340 << 20,
		Config: model.ImageConfig{
			Env:         []string{"PATH=/usr/bin", "JAVA_HOME=/usr/lib/jvm/java-17", "CATALINA_BASE=/srv/shop/base", "SHOP_CURRENCY=EUR"},
			Healthcheck: &model.Healthcheck{Test: []string{"CMD", "/.a2c/init", "-health", "tcp://127.0.0.1:8080"}, StartSeconds: 120},
		},
		Needs: model.Needs{
			Secrets:  []model.Secret{{Name: "SHOP_DB_PASSWORD", Kind: "password", Place: model.Place{Kind: "env", Key: "SHOP_DB_PASSWORD"}}},
			State:    []model.Mount{{Name: "data", Path: "/srv/shop/data", Bytes: 3 << 20, UID: 991, GID: 990, Mode: 0o750, Reason: "H2 database, open for writing"}},
			Writable: []model.Path{"/srv/shop/base/logs", "/srv/shop/base/temp", "/srv/shop/base/work"},
			Ports:    []model.Listener{{Address: "0.0.0.0", Port: 8080, Protocol: "tcp", Purpose: "http"}, {Address: "127.0.0.1", Port: 8005, Protocol: "tcp", Purpose: "shutdown"}},
			User:     model.User{Name: "shop", UID: 991, GID: 990, Group: "shop", Inside: &model.InsideUser{UID: 1}}, // which the deployment does not repeat
		},
	}
	var a model.Analysis
	a.ContainerParameters.ApplicationPort = 8080
	a.AnalysisInfo.App.Runtime.Kind = "jvm"
	a.AnalysisInfo.Usage = model.Usage{RSSBytes: 210 << 20, PeakRSSBytes: 230 << 20, Cores: 0.06, Threads: 41}
	const context = model.Source("file /srv/shop/base/conf/context.xml:12")
	a.AnalysisInfo.Dependencies = []model.Dependency{
		{Name: "PostgreSQL shop at db.example:5432", Kind: model.DependsDatabase, Protocol: "postgresql", Host: "db.example", Port: 5432, Addresses: []string{"10.1.2.3"}, Alive: true, Configured: []model.Configured{{Key: "url", Source: context}}},
		{Name: "Redis at 127.0.0.1:6379", Kind: model.DependsCache, Protocol: "redis", Host: "127.0.0.1", Port: 6379, Addresses: []string{"127.0.0.1"}, Process: "redis-server (712)", Configured: []model.Configured{{Key: "redis.host", Source: context}}},
		{Name: "udp 10.1.2.9:514", Protocol: "udp", Addresses: []string{"10.1.2.9"}, Port: 514, Alive: true},
		{Name: "10.1.2.7:9000", Protocol: "tcp", Host: "10.1.2.7", Addresses: []string{"10.1.2.7"}, Port: 9000, Alive: true},
		{Name: "H2 in memory", Protocol: "h2", Internal: true},
	}
	a.AnalysisInfo.AWSServices = []model.AWSService{
		{Service: "s3", Title: "Amazon S3", Actions: []string{"s3:GetObject", "s3:PutObject"}, Note: "name the bucket in the policy", Evidence: model.Evidence{"service": {"file /srv/shop/base/webapps/shop/WEB-INF/lib/s3-2.29.0.jar"}}},
		{Service: "transfer", Title: "AWS Transfer Family", Actions: []string{}},
	}
	v := &model.Verification{
		Verified: true, ImageDigest: i.Digest, ReadySeconds: 3.4, PeakBytes: 205 << 20, ReadOnlyRoot: true,
		Hardening: hardened("/tmp", "/srv/shop/base/logs", "/srv/shop/base/temp", "/srv/shop/base/work"),
		Stop:      &model.Stop{Signal: "SIGTERM", GraceSeconds: 10, Seconds: 0.42, ExitCode: 143, Clean: true},
		Comparisons: []model.Comparison{
			{Port: 8080, Path: "/shop/", Same: true, Live: model.Answer{Status: 200}, Twin: model.Answer{Status: 200}},
			{Port: 8080, Path: "/shop/health.jsp", Same: true, Live: model.Answer{Status: 200}, Twin: model.Answer{Status: 200}},
		},
	}
	return sample{a, i, v}
}

// tomcatFile keeps its data in a file beside the program, which no volume can hold.
func tomcatFile() sample {
	s := tomcat()
	s.image.Needs.State = append(s.image.Needs.State, model.Mount{Name: "shop-mv-db", Path: "/srv/shop/base/shop.mv.db", SingleFile: true, UID: 991, GID: 990, Mode: 0o755})
	s.seen.ReadOnlyRoot = false
	h := hardened()
	h.ReadOnlyRoot, h.Writable = false, []model.Path{}
	h.Failed = []model.HardeningTrial{{Set: hardened().String(), Why: "it ended before it listened: exit code 1"}}
	s.seen.Hardening, s.seen.Stop.Seconds = h, 41.2
	return s
}

func springBoot() sample {
	i := model.Image{
		ApplicationID: "java-springboot-0c4d1f22", Repository: "shop/Orders Service", Tag: "2.1.0", Digest: digest("2"), Platform: "linux/amd64",
		Size: 150 << 20, Uncompressed: 300 << 20,
		Config: model.ImageConfig{Env: []string{"SERVER_ADDRESS=0.0.0.0", "MANAGEMENT_SERVER_ADDRESS=0.0.0.0", "TZ=UTC"}},
		Needs: model.Needs{
			Secrets: []model.Secret{
				{Name: "SPRING_DATASOURCE_PASSWORD", Kind: "password"},
				{Name: "PAYMENT_TOKEN", Kind: "token"},
				{Name: "MAIL_PASSWORD", Kind: "password"},
			},
			Ports: []model.Listener{
				{Address: "0.0.0.0", Port: 9090, Protocol: "tcp", Purpose: "management"},
				{Address: "0.0.0.0", Port: 8081, Protocol: "tcp", Purpose: "http"},
			},
			User: model.User{Name: "orders", UID: 992, GID: 992},
		},
	}
	var a model.Analysis
	a.ContainerParameters.ApplicationPort = 8081
	a.AnalysisInfo.App.Runtime.Kind = "jvm"
	a.AnalysisInfo.Usage = model.Usage{RSSBytes: 300 << 20, PeakRSSBytes: 310 << 20, MaxHeapBytes: 1 << 30, Cores: 0.3, Threads: 37}
	a.AnalysisInfo.Replicas = model.Replicas{Answer: model.ReplicasUnknown, Reasons: []model.ReplicaReason{{What: model.SessionsInMemory, Answer: model.ReplicasUnknown}}}
	a.AnalysisInfo.Kernel.Limits = []model.KernelUse{{Name: "Max open files", Kind: model.LimitNoFile, Bytes: 200000}}
	v := &model.Verification{
		Verified: true, ImageDigest: i.Digest, ReadySeconds: 6.1, PeakBytes: 290 << 20,
		Hardening: hardened("/tmp", "/srv/orders/cache"),
		Stop:      &model.Stop{Signal: "SIGTERM", GraceSeconds: 10, Seconds: 10, Killed: true},
		Sizing: &model.Sizing{LeastMiB: 900, GraceSeconds: 120, LiveMillis: 2, LimitMillis: 4, CPU: 0.5, Memory: 2048, Trials: []model.SizeTrial{
			{CPU: 0.25, Memory: 1024, Why: "port 8081 is not open after 2m0s (--timeout)"},
			{CPU: 0.5, Memory: 2048, Fits: true, ReadySeconds: 31.5, Millis: 2.6, WarmSeconds: 4},
		}},
		Comparisons: []model.Comparison{
			{Port: 8081, Path: "/", Same: true, Live: model.Answer{Status: 404}, Twin: model.Answer{Status: 404}},
			{Port: 9090, Path: "/actuator/health", Same: true, Live: model.Answer{Status: 200}, Twin: model.Answer{Status: 200}},
		},
	}
	v.Hardening.Found = []model.Path{"/srv/orders/cache"}
	return sample{a, i, v}
}

// hardened is the strictest set, with these folders in memory.
func hardened(folders ...model.Path) *model.Hardening {
	return &model.Hardening{ReadOnlyRoot: true, NoNewPrivileges: true, NonRoot: true, Capabilities: []string{}, Seccomp: "RuntimeDefault", Writable: folders}
}

func aspNet() sample {
	i := model.Image{
		ApplicationID: "dotnet-generic-a27b2829", Repository: "dotnet-generic-a27b2829", Tag: "latest", Digest: digest("3"), Platform: "linux/arm64",
		Size: 70 << 20, Uncompressed: 160 << 20,
		Config: model.ImageConfig{Env: []string{"ASPNETCORE_URLS=http://0.0.0.0:80", "DOTNET_ROOT=/usr/share/dotnet"}},
		Needs: model.Needs{
			Secrets: []model.Secret{{Name: "ConnectionStrings__Shop", Kind: "connection-string"}},
			Ports:   []model.Listener{{Address: "0.0.0.0", Port: 80, Protocol: "tcp", Purpose: "http"}},
			User:    model.User{Name: "portal", UID: 993, GID: 993, Groups: []int{993, 44}},
		},
	}
	var a model.Analysis
	a.AnalysisInfo.App.Runtime.Kind = "dotnet"
	a.AnalysisInfo.Replicas.Answer = model.ReplicasYes
	a.AnalysisInfo.Locale.TimeZone = "Europe/Berlin"
	a.AnalysisInfo.Jobs = []model.Job{
		{Kind: "cron", When: "30 2 * * 1-5", User: "portal", Command: "/srv/portal/bin/Portal --purge $(date) 'a b'", Why: "it runs as its user", File: "/etc/cron.d/portal", Line: 3},
		{Kind: "timer", When: "OnBootSec=5min", Command: "/srv/portal/bin/warm", Why: "it names its folder", File: "/etc/systemd/system/warm.timer", Line: 4},
	}
	a.AnalysisInfo.Usage = model.Usage{RSSBytes: 60 << 20, SwapBytes: 40 << 20, PeakRSSBytes: 90 << 20, Cores: 0.02, Threads: 20}
	v := &model.Verification{
		Verified: true, ImageDigest: i.Digest, ReadySeconds: 0.8,
		Comparisons: []model.Comparison{{Port: 80, Path: "/", Same: true, Live: model.Answer{Status: 400}, Twin: model.Answer{Status: 400}}},
		Hardening:   hardened("/tmp"),
	}
	v.Hardening.NoNewPrivileges, v.Hardening.Capabilities = false, []string{"NET_BIND_SERVICE"}
	v.Hardening.Failed = []model.HardeningTrial{{Set: hardened().String(), Why: "the image does not start: operation not permitted"}}
	return sample{a, i, v}
}

func singleFile() sample {
	i := model.Image{
		ApplicationID: "dotnet-single-5e11aa03", Repository: "dotnet-single-5e11aa03", Tag: "latest", Digest: digest("4"), Platform: "linux/amd64",
		Size: 90 << 20, Uncompressed: 190 << 20,
		Config: model.ImageConfig{Env: []string{"ALLOW_INSECURE_EXTERNAL_BINDING=true"}},
		Needs: model.Needs{
			Ports: []model.Listener{{Address: "::", Port: 5008, Protocol: "tcp"}, {Address: "::", Port: 5009, Protocol: "udp"}},
			User:  model.User{UID: 0, GID: 0, Name: "root"},
		},
	}
	return sample{image: i}
}

// agent watches its machine and uses of it whatever can be granted.
func agent() sample {
	i := model.Image{
		ApplicationID: "java-generic-77aa0b1c", Repository: "java-generic-77aa0b1c", Tag: "3.0", Digest: digest("5"), Platform: "linux/amd64",
		Size: 80 << 20, Uncompressed: 170 << 20,
		Needs: model.Needs{
			Ports: []model.Listener{{Address: "0.0.0.0", Port: 9100, Protocol: "tcp", Purpose: "http"}},
			User:  model.User{UID: 0, GID: 0, Name: "root"},
		},
	}
	var a model.Analysis
	seen := func(name string, from model.Source) model.KernelUse {
		return model.KernelUse{Name: name, Evidence: model.Evidence{"name": {from}}}
	}
	use := func(name string, kind model.UseKind, detail string, bytes int64) model.KernelUse {
		u := seen(name, "/proc/77/status:1")
		u.Kind, u.Detail, u.Bytes = kind, detail, bytes
		return u
	}
	a.AnalysisInfo.App.Runtime.Kind = "jvm"
	a.AnalysisInfo.Usage = model.Usage{RSSBytes: 90 << 20, PeakRSSBytes: 95 << 20, Cores: 0.05, Threads: 22}
	a.AnalysisInfo.Kernel = model.Kernel{
		Capabilities: []model.Capability{
			{Name: "CAP_CHOWN"},
			{Name: "CAP_NET_ADMIN", Used: "netfilter netlink socket", Evidence: model.Evidence{"used": {"/proc/77/net/netlink:4"}}},
			{Name: "CAP_SYS_PTRACE", Used: "unit AmbientCapabilities", Evidence: model.Evidence{"used": {"file /etc/systemd/system/agent.service:9"}}},
		},
		Devices: []model.KernelUse{seen("/dev/fuse", "/proc/77/fd/9"), seen("/dev/nvidia0", "/proc/77/fd/10"), seen("/dev/nvidiactl", "/proc/77/fd/11")},
		Mounts:  []model.KernelUse{use("/srv/share", model.MountNFS, "nfs4 10.0.0.7:/share", 0), use("/etc/agent", model.MountBind, "BindReadOnlyPaths=/etc/agent", 0)},
		Sysctls: []model.KernelUse{
			use("vm.max_map_count", "", "262144", 0), use("net.core.somaxconn", "", "4096", 0), use("/proc/sys/kernel/core_pattern", "", "open for writing", 0),
		},
		Limits: []model.KernelUse{
			use("Max locked memory", model.LimitMemLock, "1048576 bytes are locked", 1<<20), use("Max realtime priority", model.LimitRealtime, "0/50, default 0", 0),
			use("huge pages", model.LimitHugePages, "5242880 bytes in huge pages", 5<<20),
		},
		HostReads:    []model.KernelUse{use("/proc/1/stat", model.ReadProc, "", 0), use("/var/log/syslog", model.ReadLog, "", 0), use("/sys/kernel/debug/x", model.ReadSys, "writing", 0)},
		SharedMemory: []model.KernelUse{use("/dev/shm/ring", model.MemoryPOSIX, "", 100<<20)},
		Sockets:      []model.KernelUse{use("/var/run/docker.sock", model.SocketUnix, "", 0)},
	}
	a.AnalysisInfo.Replicas = model.Replicas{Answer: model.ReplicasUnknown, Reasons: []model.ReplicaReason{{What: model.SessionsInMemory + ": two copies take sticky sessions", Answer: model.ReplicasUnknown}}}
	return sample{analysis: a, image: i}
}
