// A peer of the hub in Go, with nothing but its standard library: net/http
// behind a web server, the accounts in a map. Usage: account SOCKET [KNOWN],
// where KNOWN is how many verified tokens it remembers. PEER_KEY, PEER_ISSUER,
// PEER_AUDIENCE and PEER_ACCOUNTS (what peer_data prints) say the rest.
package main

import (
	"bufio"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type header struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
}

type claims struct {
	Iss string `json:"iss"`
	Aud string `json:"aud"`
	Sub string `json:"sub"`
	Exp int64  `json:"exp"`
}

type peer struct {
	key              *rsa.PublicKey
	issuer, audience string
	accounts         map[string]string

	most  int
	lock  sync.RWMutex
	known map[string]claims
}

var errRefused = errors.New("the token is refused")

func decode(text string, to interface{}) error {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, to)
}

func (p *peer) check(token string) (c claims, err error) {
	var h header

	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, errRefused
	}
	if err = decode(parts[0], &h); err != nil {
		return c, err
	}
	if h.Alg != "RS256" || h.Typ != "at+jwt" {
		return c, errRefused
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return c, err
	}
	digest := sha256.Sum256([]byte(token[:len(parts[0])+1+len(parts[1])]))
	err = rsa.VerifyPKCS1v15(p.key, crypto.SHA256, digest[:], signature)
	if err != nil {
		return c, err
	}
	if err = decode(parts[1], &c); err != nil {
		return c, err
	}
	if c.Iss != p.issuer || c.Aud != p.audience {
		return c, errRefused
	}
	return c, nil
}

// Of a token that passed before, or passes now.
func (p *peer) claimsOf(token string) (claims, error) {
	if p.most == 0 {
		return p.check(token)
	}
	p.lock.RLock()
	c, found := p.known[token]
	p.lock.RUnlock()
	if found {
		return c, nil
	}
	c, err := p.check(token)
	if err != nil {
		return c, err
	}
	p.lock.Lock()
	if len(p.known) >= p.most {
		p.known = make(map[string]claims)
	}
	p.known[token] = c
	p.lock.Unlock()
	return c, nil
}

func (p *peer) find(field string) (string, bool) {
	token := strings.TrimPrefix(field, "Bearer ")
	if len(token) == len(field) {
		return "", false
	}
	c, err := p.claimsOf(token)
	if err != nil || c.Exp <= time.Now().Unix() {
		return "", false
	}
	body, found := p.accounts[c.Sub]
	return body, found
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, found := p.find(r.Header.Get("Authorization"))
	status := http.StatusOK
	if !found {
		body, status = `{"error":"unauthorized"}`, http.StatusUnauthorized
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func readKey(path string) (*rsa.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(path + " holds no key")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, isRSA := key.(*rsa.PublicKey)
	if !isRSA {
		return nil, errors.New(path + " holds no RSA key")
	}
	return public, nil
}

func readAccounts(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	accounts := make(map[string]string)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		id, body, found := strings.Cut(lines.Text(), "\t")
		if !found {
			return nil, errors.New(path + " holds a bad line")
		}
		accounts[id] = body
	}
	return accounts, lines.Err()
}

func main() {
	var err error

	if len(os.Args) != 2 && len(os.Args) != 3 {
		log.Fatal("Usage: account SOCKET [KNOWN]")
	}
	p := &peer{
		issuer:   os.Getenv("PEER_ISSUER"),
		audience: os.Getenv("PEER_AUDIENCE"),
		known:    make(map[string]claims),
	}
	if len(os.Args) == 3 {
		if p.most, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	if p.key, err = readKey(os.Getenv("PEER_KEY")); err != nil {
		log.Fatal(err)
	}
	p.accounts, err = readAccounts(os.Getenv("PEER_ACCOUNTS"))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, p))
}
