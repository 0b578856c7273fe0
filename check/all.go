package check

import "slices"

// All is every rule, family by family, in the order of the catalogue.
func All() []Rule {
	return slices.Concat(liveRules(), taskRules(), fargateRefuses(), containerRules(), loggingRules(), surroundingRules(), volumeRules(), serviceRules(), serviceSurroundings(), instanceRules(), daemonRules(), podRules(), podSurroundings(), podCluster(), nodeRules(), nodeSurroundings(), lambdaRules(), managedRules())
}

// liveRules look at live applications; most of them at documents, too.
func liveRules() []Rule {
	return []Rule{
		// privileged mode
		privilegedUnsupported(),
		capabilitiesAdd(),
		devicesUnsupported(),
		gpuUnsupported(),
		hostSourcePath(),
		dockerSocket(),
		systemControls(),
		kernelModule(),
		iptablesNetlink(),
		ulimits(),
		sharedMemorySize(),
		swapUnsupported(),
		// daemons
		hostAgent(),
		pidMode(),
		ipcMode(),
		unixSocketPeer(),
		syslogDevlog(),
		multicast(),
		// size
		cpuMemoryCombination(),
		capacityCeiling(),
		heapLimit(),
		ephemeralStorage(),
		// ports
		portUnique(),
		protocolTCPUDP(),
		privilegedPort(),
		loopbackListener(),
		loopbackPeer(),
		// state and surroundings
		localState(),
		secretsNotInEnv(),
		imdsDependency(),
		logDriver(),
		debugAgent(),
		// what it stands on
		endOfLife(),
		// documents
		valueType(),
	}
}
