package main

type benchCmd struct {
	Poll benchPollCmd `cmd:"" help:"Poll a publisher on this machine for months of its time, beside a client that knows no manners."`
}
