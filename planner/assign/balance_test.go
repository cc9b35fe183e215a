package assign

import (
	"math"
	"testing"
)

func TestBalanceCharge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		weight, norm, load int64
		want               int64
	}{
		{"no weight", 0, 100, 50, 0},
		{"no norm", 3, 0, 50, 0},
		{"no load", 3, 100, 0, 0},
		{"fully used", 3, 100, 100, 300},
		{"half used", 16, 100, 50, 100},
		{"twice", 1, 100, 200, 1600},
		{"large", 1000, 1e7, 2e7, 16e10},
		{"beyond reason", 1, 1, math.MaxInt64, 1 << 40},
		{"overflow", math.MaxInt64, math.MaxInt64, math.MaxInt64, MaxCharge},
		{"highest", 1 << 40, 1 << 20, 1 << 30, MaxCharge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := BalanceCharge(tt.weight, tt.norm, tt.load); got != tt.want {
				t.Errorf("BalanceCharge(%d, %d, %d) = %d, want %d", tt.weight, tt.norm, tt.load, got, tt.want)
			}
			s := Staff{Norm: tt.norm}
			if got := verifyCharge(tt.weight, s, tt.load); got != tt.want {
				t.Errorf("the verifier's charge is %d, want %d", got, tt.want)
			}
		})
	}
}

func TestBalanceChargeShape(t *testing.T) {
	t.Parallel()
	for _, norm := range []int64{1, 7, 100, 61_234, 1e7} {
		const weight = 5
		step := max(1, norm/97)
		slack := 3 + weight*norm>>16 // rounding of the ratio's powers
		last, slope := int64(0), int64(0)
		for load := int64(0); load < 3*norm; load += step {
			charge := BalanceCharge(weight, norm, load)
			if charge != verifyCharge(weight, Staff{Capacity: norm}, load) {
				t.Fatalf("norm %d, load %d: the verifier disagrees", norm, load)
			}
			if charge < last {
				t.Fatalf("norm %d: the charge falls at load %d", norm, load)
			}
			if charge-last < slope-slack {
				t.Fatalf("norm %d: not convex at load %d: slope %d after %d", norm, load, charge-last, slope)
			}
			last, slope = charge, charge-last
		}
	}
}
