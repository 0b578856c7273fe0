// Command a2c turns applications that run on this machine into container images and deployment files.
package main

func main() {}
