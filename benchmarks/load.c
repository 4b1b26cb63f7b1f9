/*
 * The load client of the benchmarks: one process, few threads, OpenSSL. It shares the machine with what it measures, so it is
 * written in what costs least there. Every run ends after a count of requests or a time, whichever comes first.
 *
 *   load first HOST PORT PATH                                until the server answers 200 once; prints the clock at that moment
 *   load get   HOST PORT PATH  count=N clients=N             one connection per request, a full handshake each
 *   load kept  HOST PORT PATH  count=N clients=N             requests on kept connections, answers of any length
 *   load rest  HOST PORT ZONE  count=N clients=N             DNS records created and deleted over REST, kept connections
 *   load dhcp  HOST PORT NET   count=N clients=N             DHCP reservations of NET, a /16, likewise
 *   load crowd HOST PORT PATH  silent=N slow=N               connections that say nothing, and that say it slowly, until stdin ends
 *   load raw   HOST PORT ZONE  count=N clients=N keyname= secret=   the same records by RFC 2136 over one UDP socket
 *   load tftp  HOST PORT FILE  count=N clients=N blksize=N window=N   the file is read over TFTP, each time from a port of its own
 *   load file  HOST PORT PATH  count=N clients=N             a large file is read, each time on a connection of its own; plain without ca=
 *   load configs HOST PORT MAC  count=N clients=N            configurations of PXELINUX written over REST, kept connections; MAC: its first 4 octets
 *   load writes HOST PORT DIR  count=N                       files of that size written, made lasting and moved to their place: no server
 *
 * All but raw, tftp, file and writes need ca= cert= key=, all take seconds=N. Prints KEY=VALUE words; times are milliseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 256, MOST_REQUESTS = 1000000, ANSWER = 16384 };

static const char *host, *path, *ca, *cert, *key, *keyname = "", *secret = "";
static int port, count = 100, clients = 1, seconds = 60, silent, slow, blksize = 512, window = 1;
static SSL_CTX *tls;
static double end;
static atomic_int begun, failed, bad = -1; /* bad: status of the first that failed, 0: no answer */
static double *took; /* of each request, -1: failed */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "failed");
    ERR_print_errors_fp(stderr);
    exit(2);
}

static void setup_tls(void) {
    tls = SSL_CTX_new(TLS_client_method());
    if (!tls || SSL_CTX_load_verify_locations(tls, ca, NULL) != 1 || SSL_CTX_use_certificate_chain_file(tls, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
        die("certificates");
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(tls), host);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF); /* Foreman never resumes */
    SSL_CTX_set_mode(tls, SSL_MODE_AUTO_RETRY);
}

/* A connected socket, or -1. source: the last byte of the client's address, 0: any */
static int dial(int type, int source) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1) die(host);
    int fd = socket(AF_INET, type, 0);
    if (fd < 0) return -1;
    struct timeval wait = {30, 0};
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000100 + source)};
    if ((source && bind(fd, (struct sockaddr *)&from, sizeof from)) || connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

static SSL *handshake(int fd) {
    if (fd < 0) return NULL;
    SSL *ssl = SSL_new(tls);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1) return ssl;
    SSL_free(ssl);
    close(fd);
    return NULL;
}

static void hang_up(SSL *ssl) {
    if (!ssl) return;
    int fd = SSL_get_fd(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
}

/* Sends a request and reads its whole answer, of which only the beginning is kept: the status, or 0. */
static int exchange(SSL *ssl, const char *request) {
    char answer[ANSWER];
    int length = strlen(request), got = 0, status;
    if (SSL_write(ssl, request, length) != length) return 0;
    char *body = NULL;
    while (!body) {
        int n = got < ANSWER - 1 ? SSL_read(ssl, answer + got, ANSWER - 1 - got) : 0;
        if (n <= 0) return 0;
        answer[got += n] = 0;
        body = strstr(answer, "\r\n\r\n");
    }
    status = atoi(answer + 9);
    body += 4;
    char *announced = strcasestr(answer, "\r\nContent-Length:");
    int chunked = !announced || announced > body;
    if (chunked && (!strcasestr(answer, "\r\nTransfer-Encoding: chunked"))) return 0;
    long left = chunked ? -1 : atol(announced + 17) - (answer + got - body);
    char last[5] = ""; /* of a chunked body, which ends so: no JSON does */
    int n = answer + got - body;
    char *from = body;
    while (1) {
        if (chunked) {
            int kept = n < 5 ? 5 - n : 0;
            memmove(last, last + 5 - kept, kept);
            memcpy(last + kept, from + n - (5 - kept), 5 - kept);
            if (!memcmp(last, "0\r\n\r\n", 5)) return status;
        } else if (left <= 0)
            return status;
        n = SSL_read(ssl, from = answer, ANSWER);
        if (n <= 0) return 0;
        left -= n;
    }
}

static int get_once(void) {
    char request[512];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n\r\n", path, host, port);
    SSL *ssl = handshake(dial(SOCK_STREAM, 0));
    int status = ssl ? exchange(ssl, request) : 0;
    hang_up(ssl);
    return status;
}

/* The number of the next request; -1: that was all */
static int next(int step) {
    if (now() >= end) return -1;
    int i = atomic_fetch_add(&begun, step);
    return i + step <= count ? i : -1;
}

static void note(int i, double since, int status, int wanted) {
    int none = -1;
    took[i] = status == wanted ? now() - since : -1;
    if (status == wanted) return;
    atomic_fetch_add(&failed, 1);
    atomic_compare_exchange_strong(&bad, &none, status);
}

static void *get_client(void *unused) {
    (void)unused;
    for (int i; (i = next(1)) >= 0;) {
        double since = now();
        note(i, since, get_once(), 200);
    }
    return NULL;
}

static void *kept_client(void *unused) {
    (void)unused;
    SSL *ssl = NULL;
    char request[512];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n\r\n", path, host, port);
    for (int i; (i = next(1)) >= 0;) {
        if (!ssl) ssl = handshake(dial(SOCK_STREAM, 0));
        double since = now();
        int status = ssl ? exchange(ssl, request) : 0;
        note(i, since, status, 200);
        if (!status) hang_up(ssl), ssl = NULL;
    }
    hang_up(ssl);
    return NULL;
}

/* What is created and deleted: a DNS record, or a DHCP reservation. */
static void *changing_client(void *dhcp) {
    SSL *ssl = NULL;
    char body[256], request[1024], target[320];
    int in = strlen(path) - 3; /* NET without its last ".0" and the one before */
    for (int i; (i = next(2)) >= 0;) {
        int a = 1 + i / 250 % 250, b = 1 + i % 250;
        for (int deletes = 0; deletes < 2; deletes++) {
            if (dhcp) snprintf(target, sizeof target, deletes ? "/dhcp/%s/mac/02:00:00:00:%02x:%02x" : "/dhcp/%s", path, a, b);
            else snprintf(target, sizeof target, deletes ? "/dns/rest%2$d.%1$s/A" : "/dns/", path, i);
            if (deletes)
                snprintf(request, sizeof request, "DELETE %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n\r\n", target, host, port);
            else {
                int length = dhcp
                    ? snprintf(body, sizeof body, "name=rest%d.example.com&ip=%.*s%d.%d&mac=02:00:00:00:%02x:%02x&filename=pxelinux.0&nextServer=192.0.2.1",
                               i, in, path, a, b, a, b)
                    : snprintf(body, sizeof body, "fqdn=rest%d.%s&type=A&value=192.0.2.%d", i, path, b);
                snprintf(request, sizeof request,
                         "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n"
                         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
                         target, host, port, length, body);
            }
            if (!ssl) ssl = handshake(dial(SOCK_STREAM, 0));
            double since = now();
            int status = ssl ? exchange(ssl, request) : 0;
            note(i + deletes, since, status, 200);
            if (!status) hang_up(ssl), ssl = NULL;
        }
    }
    hang_up(ssl);
    return NULL;
}

/* ---- RFC 2136, signed as RFC 8945 says ---- */

static unsigned char *put_name(unsigned char *p, const char *name) {
    while (*name) {
        size_t length = strcspn(name, ".");
        *p++ = length;
        memcpy(p, name, length);
        p += length;
        name += length;
        if (*name) name++;
    }
    *p++ = 0;
    return p;
}

static unsigned char *put16(unsigned char *p, unsigned v) {
    *p++ = v >> 8;
    *p++ = v;
    return p;
}

static unsigned char *put32(unsigned char *p, unsigned v) { return put16(put16(p, v >> 16), v & 0xffff); }

static unsigned char *put_time(unsigned char *p, unsigned signed_at) { return put16(put32(put16(p, 0), signed_at), 300); }

static int update(unsigned char *wire, unsigned id, int i, int deletes, const unsigned char *mac_key, int key_length) {
    char name[256];
    unsigned signed_at = time(NULL);
    snprintf(name, sizeof name, "raw%d.%s", i, path);
    unsigned char *p = put16(wire, id);
    p = put16(p, 0x2800);
    p = put16(put16(put16(put16(p, 1), 0), 1), 0);
    p = put16(put16(put_name(p, path), 6), 1);
    p = put16(put_name(p, name), 1);
    if (deletes)
        p = put16(put32(put16(p, 255), 0), 0);
    else
        p = put32(put16(put32(put16(p, 1), 300), 4), 0xc0000200 + 1 + i % 250);

    unsigned char signed_text[1024], *s = signed_text;
    memcpy(s, wire, p - wire);
    s = put_name(s + (p - wire), keyname);
    s = put_name(put32(put16(s, 255), 0), "hmac-sha256");
    s = put32(put_time(s, signed_at), 0);
    unsigned char mac[32];
    unsigned mac_length = sizeof mac;
    HMAC(EVP_sha256(), mac_key, key_length, signed_text, s - signed_text, mac, &mac_length);

    p = put32(put16(put16(put_name(p, keyname), 250), 255), 0);
    unsigned char *length_at = p;
    p = put_time(put_name(p + 2, "hmac-sha256"), signed_at);
    p = put16(p, mac_length);
    memcpy(p, mac, mac_length);
    p = put32(put16(p + mac_length, id), 0); /* id, no error, no other data */
    put16(length_at, p - length_at - 2);
    put16(wire + 10, 1);
    return p - wire;
}

/* As many as there are clients are in flight; each answer lets its slot go on: create, delete, create ... */
static void raw(void) {
    unsigned char mac_key[256], wire[1024];
    int key_length = EVP_DecodeBlock(mac_key, (const unsigned char *)secret, strlen(secret));
    if (key_length <= 0) die("secret");
    for (const char *pad = secret + strlen(secret); *--pad == '=';) key_length--;
    int fd = dial(SOCK_DGRAM, 0), flying = 0;
    if (fd < 0) die("socket");
    struct { int i, deletes; double since; } slots[MOST_CLIENTS];
    for (int slot = 0; slot < clients; slot++) {
        if ((slots[slot].i = next(2)) < 0) break;
        slots[slot].deletes = 0;
        slots[slot].since = now();
        send(fd, wire, update(wire, slot, slots[slot].i, 0, mac_key, key_length), 0);
        flying++;
    }
    while (flying) {
        if (recv(fd, wire, sizeof wire, 0) < 12) die("no answer from the server");
        int slot = wire[0] << 8 | wire[1];
        if (slot >= clients) continue;
        note(slots[slot].i + slots[slot].deletes, slots[slot].since, wire[3] & 15, 0);
        slots[slot].deletes = !slots[slot].deletes;
        if (!slots[slot].deletes && (slots[slot].i = next(2)) < 0) {
            flying--;
            continue;
        }
        slots[slot].since = now();
        send(fd, wire, update(wire, slot, slots[slot].i, slots[slot].deletes, mac_key, key_length), 0);
    }
    close(fd);
}

/* ---- the crowd ---- */

static SSL *slow_one(int i) {
    SSL *ssl = handshake(dial(SOCK_STREAM, 101 + i % 8));
    char head[512];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: %s\r\nX-Slow: ", path, host);
    if (ssl) SSL_write(ssl, head, strlen(head));
    return ssl;
}

static int is_closed(int fd) {
    char byte;
    int n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

/* Each slow one sends a byte twice a second. Who is thrown out comes again. */
static void crowd(void) {
    int *quiet = calloc(silent + 1, sizeof *quiet), again = 0;
    SSL **dripping = calloc(slow + 1, sizeof *dripping);
    for (int i = 0; i < silent; i++)
        if ((quiet[i] = dial(SOCK_STREAM, 1 + i % 100)) < 0) die("silent connection");
    for (int i = 0; i < slow; i++)
        if (!(dripping[i] = slow_one(i))) die("slow connection");
    printf("ready=1\n");
    fflush(stdout);
    struct pollfd stdin_ends = {.fd = 0, .events = POLLIN};
    while (now() < end && poll(&stdin_ends, 1, 500) == 0) {
        for (int i = 0; i < silent; i++)
            if (quiet[i] < 0 || is_closed(quiet[i])) {
                if (quiet[i] >= 0) close(quiet[i]);
                quiet[i] = dial(SOCK_STREAM, 1 + i % 100);
                again++;
            }
        for (int i = 0; i < slow; i++)
            if (!dripping[i] || SSL_write(dripping[i], "a", 1) != 1) {
                hang_up(dripping[i]);
                dripping[i] = slow_one(i);
                again++;
            }
    }
    printf("again=%d\n", again);
}

static void first(void) {
    struct timespec pause = {0, 4000000};
    while (now() < end) {
        if (get_once() == 200) {
            printf("at=%.6f\n", now());
            return;
        }
        ERR_clear_error();
        nanosleep(&pause, NULL);
    }
    fprintf(stderr, "load: no answer in %d s\n", seconds);
    exit(1);
}

/* 200: the file came whole, as far as its end tells; else 0 or the server's error */
static int read_file(void) {
    unsigned char packet[65536];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)}, from;
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1) die(host);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 20;
    struct timeval wait = {1, 0};
    if (fd < 0) die("socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    int length = 2 + snprintf((char *)packet + 2, 1000, "%s%coctet%cblksize%c%d%c", path, 0, 0, 0, blksize, 0);
    if (window > 1) length += snprintf((char *)packet + length, 100, "windowsize%c%d%c", 0, window, 0);
    packet[0] = 0, packet[1] = 1;
    sendto(fd, packet, length, 0, (void *)&to, sizeof to);
    unsigned wanted = 1;
    int status = 0;
    while (now() < end) {
        socklen_t size = sizeof from;
        length = recvfrom(fd, packet, sizeof packet, 0, (void *)&from, &size);
        if (length < 4 || packet[1] == 5) break; /* nothing is lost on loopback */
        unsigned number = packet[2] << 8 | packet[3];
        int last = packet[1] == 3 && length - 4 < blksize;
        if (packet[1] == 3 && number != (wanted & 0xffff)) continue;
        if (packet[1] == 3) wanted++;
        if (packet[1] == 6 || last || (wanted - 1) % window == 0) {
            unsigned char ack[4] = {0, 4, (wanted - 1) >> 8, (wanted - 1)};
            sendto(fd, ack, 4, 0, (void *)&from, sizeof from);
        }
        if (last) {
            status = 200;
            break;
        }
    }
    close(fd);
    return status;
}

static void *tftp_client(void *unused) {
    for (int i; (i = next(1)) >= 0;) {
        double since = now();
        note(i, since, read_file(), 200);
    }
    return unused;
}

/* ---- boot files over HTTP, and what writing configurations costs without a server ---- */

/* 200: it came whole; nothing of it is looked at */
static int fetch(void) {
    static _Thread_local char part[256 << 10];
    char request[512];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n", path, host, port);
    int fd = dial(SOCK_STREAM, 0), got = 0, status = 0;
    long left = -1;
    SSL *ssl = ca ? handshake(fd) : NULL;
    if (fd < 0 || (ca && !ssl)) return 0;
    if ((ssl ? SSL_write(ssl, request, length) : (int)send(fd, request, length, 0)) != length) goto end;
    while (left && now() < end) {
        int n = ssl ? SSL_read(ssl, part + got, sizeof part - 1 - got) : (int)recv(fd, part + got, sizeof part - 1 - got, 0);
        if (n <= 0) goto end;
        if (left > 0) {
            left -= n;
            continue;
        }
        part[got += n] = 0;
        char *body = strstr(part, "\r\n\r\n"), *announced = strcasestr(part, "\r\nContent-Length:");
        if (!body) continue;
        if (!announced || announced > body) goto end;
        left = atol(announced + 17) - (part + got - body - 4);
        got = 0;
        status = atoi(part + 9);
    }
end:
    if (ssl) hang_up(ssl);
    else close(fd);
    return left ? 0 : status;
}

static void *file_client(void *unused) {
    for (int i; (i = next(1)) >= 0;) {
        double since = now();
        note(i, since, fetch(), 200);
    }
    return unused;
}

enum { CONFIG = 1000 };

static void *config_client(void *unused) {
    char request[2048];
    SSL *ssl = NULL;
    for (int i; (i = next(1)) >= 0;) {
        int length = snprintf(request, sizeof request,
                              "POST /tftp/PXELinux/%s:%02x:%02x HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n"
                              "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\npxeconfig=",
                              path, i >> 8 & 255, i & 255, host, port, CONFIG + 10);
        memset(request + length, 'c', CONFIG);
        request[length + CONFIG] = 0;
        if (!ssl) ssl = handshake(dial(SOCK_STREAM, 0));
        double since = now();
        int status = ssl ? exchange(ssl, request) : 0;
        note(i, since, status, 200);
        if (!status) hang_up(ssl), ssl = NULL;
    }
    hang_up(ssl);
    return unused;
}

static void writes(void) {
    char name[512], place[512], content[CONFIG];
    memset(content, 'c', CONFIG);
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    if (directory < 0) die(path);
    for (int i; (i = next(1)) >= 0;) {
        double since = now();
        snprintf(name, sizeof name, "%s/.%d.part", path, i);
        snprintf(place, sizeof place, "%s/config-%d", path, i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        int bad = fd < 0 || write(fd, content, CONFIG) != CONFIG || fsync(fd) || close(fd) || rename(name, place) || fsync(directory);
        note(i, since, bad ? 0 : 200, 200);
    }
    close(directory);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(double since) {
    double elapsed = now() - since;
    int good = 0;
    for (int i = 0; i < count; i++)
        if (took[i] > 0) took[good++] = took[i];
    qsort(took, good, sizeof *took, by_value);
    printf("requests=%d errors=%d seconds=%.4f", good, failed, elapsed);
    if (good)
        printf(" rate=%.2f p50=%.4f p95=%.4f p99=%.4f max=%.4f", good / elapsed, took[good / 2] * 1e3,
               took[(int)(good * .95)] * 1e3, took[(int)(good * .99)] * 1e3, took[good - 1] * 1e3);
    if (failed) printf(" bad=%d", bad);
    printf("\n");
}

static void many(void *(*client)(void *), void *argument) {
    pthread_t threads[MOST_CLIENTS];
    for (int i = 0; i < clients; i++)
        if (pthread_create(&threads[i], NULL, client, argument)) die("thread");
    for (int i = 0; i < clients; i++) pthread_join(threads[i], NULL);
}

static void option(char *word) {
    char *value = strchr(word, '=');
    if (!value) die(word);
    *value++ = 0;
    struct { const char *name; int *number; const char **text; } known[] = {
        {"count", &count, 0}, {"clients", &clients, 0}, {"seconds", &seconds, 0}, {"silent", &silent, 0}, {"slow", &slow, 0}, {"blksize", &blksize, 0}, {"window", &window, 0},
        {"ca", 0, &ca}, {"cert", 0, &cert}, {"key", 0, &key}, {"keyname", 0, &keyname}, {"secret", 0, &secret}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(word, known[i].name)) {
            if (known[i].number) *known[i].number = atoi(value);
            else *known[i].text = value;
            return;
        }
    die(word);
}

int main(int argc, char **argv) {
    if (argc < 5) die("arguments");
    const char *mode = argv[1];
    host = argv[2];
    port = atoi(argv[3]);
    path = argv[4];
    for (int i = 5; i < argc; i++) option(argv[i]);
    if (clients < 1 || clients > MOST_CLIENTS || count < 1 || count > MOST_REQUESTS) die("count or clients");
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    took = calloc(count, sizeof *took);
    if (strcmp(mode, "raw") && strcmp(mode, "tftp") && strcmp(mode, "writes") && (ca || strcmp(mode, "file"))) setup_tls();
    double since = now();
    end = since + seconds;
    if (!strcmp(mode, "first")) return first(), 0;
    if (!strcmp(mode, "crowd")) return crowd(), 0;
    if (!strcmp(mode, "get")) many(get_client, NULL);
    else if (!strcmp(mode, "kept")) many(kept_client, NULL);
    else if (!strcmp(mode, "rest")) many(changing_client, NULL);
    else if (!strcmp(mode, "dhcp")) many(changing_client, "dhcp");
    else if (!strcmp(mode, "raw")) raw();
    else if (!strcmp(mode, "tftp")) many(tftp_client, NULL);
    else if (!strcmp(mode, "file")) many(file_client, NULL);
    else if (!strcmp(mode, "configs")) many(config_client, NULL);
    else if (!strcmp(mode, "writes")) writes();
    else die(mode);
    report(since);
    return 0;
}
