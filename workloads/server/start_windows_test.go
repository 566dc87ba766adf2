package server

func startPostgres() (dsn string, err error) { return "", errMissing("tests start no server here") }
func startRedis() (dsn string, err error)    { return "", errMissing("tests start no server here") }
