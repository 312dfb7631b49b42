/* Load: sends prepared HTTP/1.1 requests at a constant rate, whether answers come or not.

   load HOST PORT SECONDS TIMEOUT_S FIRST_NUMBER RESULTS [-m BYTES]... [-s NAME FILE RATE OPEN MOST]...

   Each stream (-s) sends the requests of a file in turn, RATE a second, over OPEN kept connections, at most MOST where
   those are busy. RATE 0: each connection asks again as soon as it is answered. FILE: (uint32 length, bytes)...; 16
   "#" in a request become the next number, 16 "@" the microseconds of UTC now. Answers that hold the BYTES of the
   n-th -m have bit n in their mark. Latency runs from the moment that a request was due, so it holds the wait for a
   connection, too; with RATE 0 from the moment it was sent. RESULTS: see `tell`. Answers carry their length. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CLOSED, CONNECTING, IDLE, BUSY };
enum { UNSENT, TIMED_OUT, BROKEN, REFUSED }; /* statuses below 100 are our own */
enum { HOLE = 16, MARKS = 16, STREAMS = 16, FASTEST = 50000 };

typedef unsigned long long Count;
typedef struct { char *at; uint32_t size; } Request;
typedef struct { int64_t sent_ns; uint32_t latency_us, lag_us; uint16_t status, marks; uint32_t none; } Result;
typedef struct Stream Stream;

typedef struct {
  Stream *stream;
  int fd, state, asked_before;
  Count index;              /* of the request that it carries */
  char *out, *in;
  size_t out_size, out_done, out_room, in_size, in_room;
} Connection;

struct Stream {
  const char *name;
  Request *requests;
  size_t request_count;
  double rate;
  Count total, next, ended;    /* requests: all, next to be handed out, done with */
  Count stalled, waited;       /* requests due before `stalled` found no connection free */
  Count opened_late, closed_idle;
  Result *results;
  Connection *connections;
  int first, open, most, cursor, idle;
};

static Stream streams[STREAMS];
static int stream_count, mark_count, poll_fd, timer_fd;
static const char *mark_bytes[MARKS];
static struct sockaddr_in address;
static int64_t began, timeout_ns, length_ns;
static Count number; /* that the next hole gets */
static volatile sig_atomic_t stopped;

static void fail(const char *what, const char *of) {
  fprintf(stderr, "load: %s: %s\n", what, of);
  exit(2);
}

static void *room(void *old, size_t bytes) {
  void *got = realloc(old, bytes + 1);
  if (!got) fail("expected memory, got", "none");
  return got;
}

static void *zeros(Count count, size_t size) {
  void *got = calloc(count + 1, size);
  if (!got) fail("expected memory, got", "none");
  return got;
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t due_ns(const Stream *s, Count index) {
  return s->rate > 0 ? began + (int64_t)((double)index * 1e9 / s->rate) : began;
}

static void read_requests(Stream *s, const char *path) {
  FILE *file = fopen(path, "rb");
  uint32_t size;
  size_t space = 0;
  if (!file) fail(path, strerror(errno));
  while (fread(&size, sizeof size, 1, file) == 1) {
    if (s->request_count == space) s->requests = room(s->requests, (space = space * 2 + 64) * sizeof *s->requests);
    Request *one = &s->requests[s->request_count++];
    one->at = room(NULL, one->size = size);
    if (fread(one->at, 1, size, file) != size) fail(path, "ends in a request");
  }
  fclose(file);
  if (!s->request_count) fail(path, "holds no request");
}

/* Put numbers, times into the holes of a request. */
static void fill(char *text, size_t size) {
  char digits[HOLE + 1];
  for (char *at = text; at + HOLE <= text + size; at++) {
    int counted = *at == '#' && !memcmp(at, "################", HOLE);
    if (!counted && (*at != '@' || memcmp(at, "@@@@@@@@@@@@@@@@", HOLE))) continue;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    Count value = counted ? number++ : t.tv_sec * 1000000ULL + (Count)t.tv_nsec / 1000;
    snprintf(digits, sizeof digits, "%016llu", (value % 10000000000000000ULL));
    memcpy(at, digits, HOLE);
    at += HOLE - 1;
  }
}

static void watch(Connection *c, int how, uint32_t events) {
  struct epoll_event wanted = {.events = events, .data.ptr = c};
  if (epoll_ctl(poll_fd, how, c->fd, &wanted)) fail("epoll", strerror(errno));
}

static void drop(Connection *c) {
  if (c->state == IDLE) c->stream->idle--;
  if (c->state != CLOSED) close(c->fd), c->stream->open--;
  c->state = CLOSED;
}

static void end(Connection *c, int status, int marks) {
  Stream *s = c->stream;
  Result *result = &s->results[c->index];
  int64_t from = s->rate > 0 ? due_ns(s, c->index) : began + result->sent_ns;
  result->latency_us = (uint32_t)((now_ns() - from) / 1000);
  result->status = (uint16_t)status;
  result->marks = (uint16_t)marks;
  s->ended++;
}

static void push(Connection *c) {
  while (c->out_done < c->out_size) {
    ssize_t sent = send(c->fd, c->out + c->out_done, c->out_size - c->out_done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    if (sent < 0) {
      end(c, BROKEN, 0);
      return drop(c);
    }
    c->out_done += (size_t)sent;
  }
}

/* Open a connection; what it is to carry, if anything, is sent once it stands. */
static void open_one(Connection *c, int busy) {
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) fail("socket", strerror(errno));
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->state = CONNECTING;
  c->asked_before = busy;
  c->stream->open++;
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
    if (busy) end(c, REFUSED, 0);
    return drop(c);
  }
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void carry(Connection *c, Count index, int64_t now) {
  Stream *s = c->stream;
  const Request *one = &s->requests[index % s->request_count];
  if (one->size > c->out_room) c->out = room(c->out, c->out_room = one->size);
  memcpy(c->out, one->at, c->out_size = one->size);
  fill(c->out, c->out_size);
  c->out_done = c->in_size = 0;
  c->index = index;
  s->results[index].sent_ns = now - began;
  s->results[index].lag_us = s->rate > 0 ? (uint32_t)((now - due_ns(s, index)) / 1000) : 0;
  if (index < s->stalled) s->waited++;
}

static Connection *found(Stream *s, int state) {
  for (int i = 0; i < s->most; i++) {
    s->cursor = (s->cursor + 1) % s->most;
    if (s->connections[s->cursor].state == state) return &s->connections[s->cursor];
  }
  return NULL;
}

static void hand_out(Stream *s) {
  int64_t now = now_ns();
  while (s->next < s->total && due_ns(s, s->next) <= now && now < began + length_ns + timeout_ns) {
    if (s->rate <= 0 && now >= began + length_ns) return;
    Connection *c = s->idle ? found(s, IDLE) : s->open < s->most ? found(s, CLOSED) : NULL;
    if (!c) {
      Count due = s->rate > 0 ? (Count)((double)(now - began) / 1e9 * s->rate) + 1 : 0;
      if (due > s->stalled) s->stalled = due;
      return;
    }
    carry(c, s->next++, now);
    if (c->state == IDLE) {
      s->idle--;
      c->state = BUSY;
      push(c);
    } else {
      s->opened_late++;
      open_one(c, 1);
    }
  }
}

/* Return whether the answer is whole, with its status, its body, whether the connection is to be kept. */
static int whole(Connection *c, int *status, char **body, size_t *size, int *keep) {
  char *head_end = c->in_size > 12 ? memmem(c->in, c->in_size, "\r\n\r\n", 4) : NULL;
  if (!head_end) return 0;
  *status = atoi(c->in + 9);
  *size = 0;
  *keep = 1;
  for (char *line = strstr(c->in, "\r\n"); line < head_end; line = strstr(line, "\r\n")) {
    line += 2;
    if (!strncasecmp(line, "content-length:", 15)) *size = (size_t)atol(line + 15);
    if (!strncasecmp(line, "connection: close", 17)) *keep = 0;
  }
  *body = head_end + 4;
  return c->in_size - (size_t)(*body - c->in) >= *size;
}

static void answered(Connection *c, int gone) {
  int status, keep;
  char *body;
  size_t size;
  int marks = 0;
  if (!whole(c, &status, &body, &size, &keep)) {
    if (!gone) return;
    end(c, BROKEN, 0);
    return drop(c);
  }
  for (int i = 0; i < mark_count; i++)
    if (memmem(body, size, mark_bytes[i], strlen(mark_bytes[i]))) marks |= 1 << i;
  end(c, status, marks);
  c->in_size = 0;
  if (!keep || gone) return drop(c);
  c->state = IDLE;
  c->stream->idle++;
}

static void connected(Connection *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) {
    if (c->asked_before) end(c, REFUSED, 0);
    return drop(c);
  }
  watch(c, EPOLL_CTL_MOD, EPOLLIN);
  c->state = c->asked_before ? BUSY : IDLE;
  if (c->state == IDLE) c->stream->idle++;
  if (c->state == BUSY) push(c);
}

static void happened(Connection *c, uint32_t events) {
  if (c->state == CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return connected(c);
  if (c->state == BUSY && (events & EPOLLOUT)) {
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    push(c);
  }
  if (!(events & (EPOLLIN | EPOLLERR | EPOLLHUP))) return;
  while (c->state == IDLE || c->state == BUSY) {
    if (c->in_size + 1 >= c->in_room) c->in = room(c->in, c->in_room = c->in_room * 2 + 16384);
    ssize_t got = recv(c->fd, c->in + c->in_size, c->in_room - c->in_size - 1, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (c->state == IDLE) { /* nothing was asked, so this is the end */
      c->stream->closed_idle++;
      return drop(c);
    }
    if (got > 0) c->in[c->in_size += (size_t)got] = 0;
    answered(c, got <= 0);
    if (got > 0 && (size_t)got < c->in_room - c->in_size - 1) return;
  }
}

static void give_up_late(int64_t now) {
  for (Stream *s = streams; s < streams + stream_count; s++)
    for (Connection *c = s->connections; c < s->connections + s->most; c++) {
      int carries = c->state == BUSY || (c->state == CONNECTING && c->asked_before);
      if (!carries || now - began - s->results[c->index].sent_ns < timeout_ns) continue;
      end(c, TIMED_OUT, 0);
      drop(c);
    }
}

static int finished(int64_t now) {
  if (stopped || now >= began + length_ns + 2 * timeout_ns) return 1;
  for (Stream *s = streams; s < streams + stream_count; s++) {
    int over = s->rate > 0 ? s->next == s->total : now >= began + length_ns;
    if (!over || s->ended < s->next) return 0;
  }
  return 1;
}

static void arm(void) {
  static int64_t armed;
  int64_t next = INT64_MAX;
  for (Stream *s = streams; s < streams + stream_count; s++)
    if (s->next < s->total && s->rate > 0 && due_ns(s, s->next) < next) next = due_ns(s, s->next);
  if (next == INT64_MAX || next == armed) return;
  armed = next;
  struct itimerspec at = {.it_value = {next / 1000000000LL, next % 1000000000LL}};
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void turn(int wait_ms) {
  struct epoll_event events[256];
  int got = epoll_wait(poll_fd, events, 256, wait_ms);
  for (int i = 0; i < got; i++) {
    uint64_t ticks;
    if (events[i].data.ptr) happened(events[i].data.ptr, events[i].events);
    else if (read(timer_fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN) fail("timer", strerror(errno));
  }
}

static void connect_all(void) {
  int64_t until = now_ns() + 5000000000LL;
  for (Stream *s = streams; s < streams + stream_count; s++) {
    for (int i = 0; i < s->first; i++) open_one(&s->connections[i], 0);
    while (s->idle < s->first && s->open == s->first && now_ns() < until) turn(100);
    if (s->idle < s->first) fail(s->name, "expected a server that takes connections, got none");
  }
}

static void run(void) {
  int64_t looked = began = now_ns() + 20000000LL;
  for (int64_t now = began; !finished(now); now = now_ns()) {
    for (Stream *s = streams; s < streams + stream_count; s++)
      if (now >= began) hand_out(s);
    arm();
    turn(now < began ? 1 : 100);
    if (now - looked > 100000000LL) give_up_late(looked = now);
  }
}

/* Print the counts; write the results of each stream's requests to the file, as they are in memory. */
static void tell(const char *path, double cpu_s) {
  FILE *file = fopen(path, "wb");
  if (!file) fail(path, strerror(errno));
  printf("{\"cpu_s\": %.6f, \"streams\": [", cpu_s);
  for (Stream *s = streams; s < streams + stream_count; s++) {
    Count due = s->rate > 0 ? s->total : s->next; /* those never handed out stay UNSENT */
    printf("%s{\"name\": \"%s\", \"rate\": %f, \"requests\": %llu, ", s == streams ? "" : ", ", s->name, s->rate, due);
    printf("\"waited\": %llu, \"opened_late\": %llu, ", s->waited, s->opened_late);
    printf("\"closed_idle\": %llu}", s->closed_idle);
    fwrite(s->results, sizeof *s->results, due, file);
  }
  printf("]}\n");
  if (fclose(file)) fail(path, strerror(errno));
}

static void add(char **said) {
  Stream *s = &streams[stream_count++];
  s->name = said[0];
  read_requests(s, said[1]);
  s->rate = atof(said[2]);
  s->first = atoi(said[3]);
  s->most = atoi(said[4]);
  if (s->first < 1 || s->most < s->first) fail(s->name, "expected 1 <= OPEN <= MOST");
  double seconds = (double)length_ns / 1e9;
  s->total = (Count)(seconds * (s->rate > 0 ? s->rate : FASTEST));
  s->connections = zeros((size_t)s->most, sizeof *s->connections);
  s->results = zeros(s->total, sizeof *s->results);
  for (int i = 0; i < s->most; i++) s->connections[i].stream = s;
}

static void stop(int by) {
  stopped = by;
}

int main(int count, char **said) {
  if (count < 7) fail("usage", "load HOST PORT SECONDS TIMEOUT_S FIRST_NUMBER RESULTS [-m BYTES] [-s ...]");
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(said[2]));
  if (inet_pton(AF_INET, said[1], &address.sin_addr) != 1) fail("expected an IPv4 address, got", said[1]);
  length_ns = (int64_t)(atof(said[3]) * 1e9);
  timeout_ns = (int64_t)(atof(said[4]) * 1e9);
  number = strtoull(said[5], NULL, 10);
  for (int i = 7; i < count;) {
    if (!strcmp(said[i], "-m") && i + 2 < count && mark_count < MARKS) {
      mark_bytes[mark_count++] = said[i + 1];
      i += 2;
    } else if (!strcmp(said[i], "-s") && i + 5 < count && stream_count < STREAMS) {
      add(said + i + 1);
      i += 6;
    } else {
      fail("unknown, incomplete or too many", said[i]);
    }
  }
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event ticking = {.events = EPOLLIN, .data.ptr = NULL};
  if (poll_fd < 0 || timer_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer_fd, &ticking)) fail("epoll", "none");
  mlockall(MCL_CURRENT | MCL_FUTURE); /* where it may: a page fault would look like a slow server */
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  connect_all();
  run();
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  tell(said[6], (double)used.tv_sec + (double)used.tv_nsec / 1e9);
  return 0;
}
