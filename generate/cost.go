package generate

import (
	_ "embed" // the prices
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

//go:embed prices.json
var pricesJSON []byte

// prices is the table of list prices, in USD, of one region at one date.
type prices struct {
	Date               string                  `json:"date"`
	Region             string                  `json:"region"`
	Sources            []string                `json:"sources"`
	HoursPerMonth      float64                 `json:"hoursPerMonth"`
	Fargate            map[string]fargatePrice `json:"fargate"` // by architecture, as in image.platform
	FargateDiskGiBHour float64                 `json:"fargateDiskGiBHour"`
	LoadBalancerHour   float64                 `json:"loadBalancerHour"`
	EndpointHour       float64                 `json:"endpointHour"` // in each zone
	SecretMonth        float64                 `json:"secretMonth"`
	EFSGiBMonth        float64                 `json:"efsGiBMonth"`
	EBSGiBMonth        float64                 `json:"ebsGiBMonth"`
	Instances          []instancePrice         `json:"instances"` // by rising price within an architecture
}

type fargatePrice struct {
	VCPUHour float64 `json:"vcpuHour"`
	GiBHour  float64 `json:"gibHour"`
}

type instancePrice struct {
	Type      string  `json:"type"`
	Arch      string  `json:"arch"`
	VCPU      int     `json:"vcpu"`
	MemoryMiB int     `json:"memoryMiB"`
	Hour      float64 `json:"hour"`
	GPUs      int     `json:"gpus"`
}

func loadPrices() (prices, error) {
	var p prices
	if err := json.Unmarshal(pricesJSON, &p); err != nil {
		return p, fmt.Errorf("read prices.json: %w", err)
	}
	return p, nil
}

// costs is a rough sum for a README.
type costs struct {
	Date, Region, Total string
	Parts               []string
	sum                 float64
}

func (c *costs) add(month float64, format string, args ...any) {
	if month > 0 {
		c.sum += month
		c.Total = fmt.Sprintf("%.0f", c.sum)
		c.Parts = append(c.Parts, fmt.Sprintf(format, args...)+fmt.Sprintf(" %.2f", month))
	}
}

// cost of a month of the service, with the tasks that run without load. Traffic, requests and logs are nobody's to know.
func (s *stack) cost(p prices) costs {
	c := costs{Date: p.Date, Region: p.Region}
	if s.ec2 {
		s.instanceCost(&c, p)
	} else {
		s.fargateCost(&c, p)
	}
	c.extras(p, len(s.targets) > 0, len(s.secrets))
	if s.d.ECSParameters.WithNetwork {
		n := 2 * len(s.services())
		c.add(float64(n)*p.EndpointHour*p.HoursPerMonth, "%d endpoints", n)
	}
	var bytes int64
	for _, v := range s.volumes {
		bytes += v.Bytes
	}
	c.disk(p, bytes)
	return c
}

func (c *costs) extras(p prices, balanced bool, secrets int) {
	if balanced {
		c.add(p.LoadBalancerHour*p.HoursPerMonth, "load balancer")
	}
	c.add(float64(secrets)*p.SecretMonth, "secrets: %d", secrets)
}

// disk adds what lies on EFS.
func (c *costs) disk(p prices, bytes int64) {
	gib := math.Ceil(float64(bytes) / (1 << 30))
	c.add(gib*p.EFSGiBMonth, "%g GiB on EFS", gib)
}

func (s *stack) fargateCost(c *costs, p prices) {
	c.fargate(p, s.arch(), s.count(), float64(s.cpu)/1024, s.memory, s.d.ECSParameters.EphemeralStorageGiB)
}

// fargate adds copies of a size in vCPU and MiB, and GiB of disk.
func (c *costs) fargate(p prices, arch string, count int, cpu float64, memory, disk int) {
	price := p.Fargate[arch]
	hour := cpu*price.VCPUHour + float64(memory)/1024*price.GiBHour + float64(max(0, disk-20))*p.FargateDiskGiBHour
	c.add(float64(count)*hour*p.HoursPerMonth, "%d × Fargate", count)
}

func (s *stack) instanceCost(c *costs, p prices) {
	i, n := s.instanceOf(p), s.count()
	switch {
	case i.Type == "":
		return
	case s.daemon:
		n = 1
	default:
		each := max(1, min((i.MemoryMiB-spareMiB)/s.memory, i.VCPU*1024/s.cpu))
		n = (n + each - 1) / each
	}
	const diskGiB = 30
	c.add(float64(n)*(i.Hour*p.HoursPerMonth+diskGiB*p.EBSGiBMonth), "%d × %s with a disk of %d GiB", n, i.Type, diskGiB)
}

func (t *task) arch() string {
	if t.arm {
		return "arm64"
	}
	return "amd64"
}

// instanceOf is the cheapest instance of the table that holds a task; an empty one when none does.
func (t *task) instanceOf(p prices) instancePrice {
	return p.instance(t.arch(), t.granted.gpus, float64(t.cpu)/1024, t.memory)
}

// instance is the cheapest of the table that has as many GPUs, vCPU and MiB to spare; an empty one when none has.
func (p prices) instance(arch string, gpus int, cpu float64, memory int) instancePrice {
	i := slices.IndexFunc(p.Instances, func(i instancePrice) bool {
		return i.Arch == arch && i.GPUs >= gpus && float64(i.VCPU) >= cpu && i.MemoryMiB-spareMiB >= memory
	})
	if i < 0 {
		return instancePrice{}
	}
	return p.Instances[i]
}
