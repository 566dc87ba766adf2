package workloads

import (
	"math"
)

type body struct{ x, y, z, vx, vy, vz, mass float64 }

const (
	solarMass   = 4 * math.Pi * math.Pi
	daysPerYear = 365.24
	nbodyStep   = 0.01
)

// solarSystem is the start of the benchmark, in astronomical units and years. shift moves
// Neptune away from the sun by that share of its x.
func solarSystem(shift float64) (s [5]body) {
	s = [5]body{
		{mass: solarMass},
		{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
			1.66007664274403694e-03 * daysPerYear, 7.69901118419740425e-03 * daysPerYear, -6.90460016972063023e-05 * daysPerYear, 9.54791938424326609e-04 * solarMass},
		{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
			-2.76742510726411e-03 * daysPerYear, 4.99852801234917238e-03 * daysPerYear, 2.30417297573763929e-05 * daysPerYear, 2.85885980666130812e-04 * solarMass},
		{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
			2.96460137564761618e-03 * daysPerYear, 2.37847173959480950e-03 * daysPerYear, -2.96589568540237556e-05 * daysPerYear, 4.36624404335156298e-05 * solarMass},
		{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
			2.68067772490389322e-03 * daysPerYear, 1.62824170038242295e-03 * daysPerYear, -9.51592254519715870e-05 * daysPerYear, 5.15138902046611451e-05 * solarMass},
	}
	s[4].x *= 1 + shift
	sun := &s[0]
	for _, b := range s[1:] { // so that the whole stays where it is
		sun.vx -= b.vx * b.mass / solarMass
		sun.vy -= b.vy * b.mass / solarMass
		sun.vz -= b.vz * b.mass / solarMass
	}
	return s
}

// move is the bodies after so many steps. By index it is half as fast again as through pointers
// to the bodies, which the compiler must take for the same one; and as a copy of its own, of
// which it need not ask for each pair whether it is there, some per cent faster than through one.
func move(s [5]body, steps int64) [5]body {
	for ; steps > 0; steps-- {
		for i := range s {
			for k := i + 1; k < len(s); k++ {
				dx, dy, dz := s[i].x-s[k].x, s[i].y-s[k].y, s[i].z-s[k].z
				square := dx*dx + dy*dy + dz*dz
				pull := nbodyStep / (square * math.Sqrt(square))
				mine, other := s[i].mass, s[k].mass
				s[i].vx -= dx * other * pull
				s[i].vy -= dy * other * pull
				s[i].vz -= dz * other * pull
				s[k].vx += dx * mine * pull
				s[k].vy += dy * mine * pull
				s[k].vz += dz * mine * pull
			}
		}
		for i := range s {
			s[i].x += nbodyStep * s[i].vx
			s[i].y += nbodyStep * s[i].vy
			s[i].z += nbodyStep * s[i].vz
		}
	}
	return s
}

func energy(s *[5]body) (e float64) {
	for i, a := range s {
		e += 0.5 * a.mass * (a.vx*a.vx + a.vy*a.vy + a.vz*a.vz)
		for _, b := range s[i+1:] {
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			e -= a.mass * b.mass / math.Sqrt(dx*dx+dy*dy+dz*dz)
		}
	}
	return e
}
