package store

import (
	"context"
	"fmt"
)

// WaitingChannels returns the names of the channels that deliveries still wait for,
// whether or not the plan has them.
func (s *Store) WaitingChannels(ctx context.Context) ([]string, error) {
	const query = `SELECT DISTINCT channel FROM deliveries WHERE state IN ` + unsettled + ` ORDER BY channel`
	names, err := all(ctx, s.read, scalar[string], query)
	if err != nil {
		return nil, fmt.Errorf("read waiting channels: %w", err)
	}
	return names, nil
}
