package document

import (
	"slices"
	"strings"

	"a2c/parse"
)

// stackNetwork is what a template says of subnets, their routes and endpoints. Of subnets that stand elsewhere it says nothing.
type stackNetwork struct{ resources *parse.Node }

// each goes over the resources of a type.
func (w stackNetwork) each(kind string, do func(properties *parse.Node)) {
	for _, f := range w.resources.Fields {
		if text(f.Value, "Type") == kind {
			do(f.Value.Get("Properties"))
		}
	}
}

// tables are the route tables of a subnet of the template.
func (w stackNetwork) tables(subnet string) []string {
	var list []string
	w.each("AWS::EC2::SubnetRouteTableAssociation", func(p *parse.Node) {
		if refers(p.Get("SubnetId")) == subnet {
			list = append(list, refers(p.Get("RouteTableId")))
		}
	})
	return list
}

// leads are the properties of a subnet's routes that name where they go.
func (w stackNetwork) leads(subnet string) []parse.Field {
	var list []parse.Field
	tables := w.tables(subnet)
	w.each("AWS::EC2::Route", func(p *parse.Node) {
		if p == nil || !slices.Contains(tables, refers(p.Get("RouteTableId"))) {
			return
		}
		for _, f := range p.Fields {
			if f.Name != "RouteTableId" && !strings.HasPrefix(f.Name, "Destination") {
				list = append(list, f)
			}
		}
	})
	return list
}

func (w stackNetwork) own(subnets *parse.Node) []string {
	if subnets == nil || subnets.Kind != parse.Array {
		return nil
	}
	var list []string
	for _, item := range subnets.Items {
		name := refers(item)
		if text(w.resources.Get(name), "Type") != "AWS::EC2::Subnet" {
			return nil
		}
		list = append(list, name)
	}
	return list
}

// public are those of the subnets that have a route to an internet gateway.
func (w stackNetwork) public(subnets *parse.Node, at Place) []Value[string] {
	if subnets == nil {
		return nil
	}
	var list []Value[string]
	for i, item := range subnets.Items {
		name := refers(item)
		for _, lead := range w.leads(name) {
			if lead.Name == "GatewayId" && text(w.resources.Get(refers(lead.Value)), "Type") == "AWS::EC2::InternetGateway" {
				list = append(list, known(name, at.key("Subnets", subnets).item(i, item)))
			}
		}
	}
	return list
}

// closed are the endpoints that subnets lack from which no route leads out of the VPC; nil where anything is not known.
func (w stackNetwork) closed(subnets *parse.Node) []string {
	names := w.own(subnets)
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if len(w.tables(name)) == 0 || len(w.leads(name)) > 0 {
			return nil
		}
	}
	missing := []string{"ecr.api", "ecr.dkr", "s3", "logs"}
	w.each("AWS::EC2::VPCEndpoint", func(p *parse.Node) {
		if service := p.Get("ServiceName"); service != nil {
			service := service.JSON()
			missing = slices.DeleteFunc(missing, func(name string) bool { return strings.Contains(service, "."+name) })
		}
	})
	return missing
}
