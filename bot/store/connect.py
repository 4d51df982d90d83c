"""From REDIS_URL to a client of redis-py: one server, a Sentinel, a cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from bot.errors import SettingError

FORMS = (
    "redis://[:password@]host:port/0, rediss://…, unix:///path/to/socket, redis+sentinel://host:port,host:port/name "
    "or redis+cluster://host:port,host:port"
)
PORT, SENTINEL_PORT = 6379, 26379
CONNECT_S, ANSWER_S = 2.0, 5.0
CONNECTIONS = 64


def hosts(parts: SplitResult, default: int) -> list[tuple[str, int]]:
    """Return the hosts and ports of an address such as ``redis+cluster://a:7000,[::1]:7001``.

    Raises:
        SettingError: There is none, or a port is no number.
    """
    found = []
    for each in parts.netloc.rpartition("@")[2].split(","):
        host, colon, port = each.strip().rpartition(":")
        if not colon or each.endswith("]"):
            host, port = each.strip(), ""
        host = host.strip("[]")
        if not host or (port and not port.isdigit()):
            msg = f"REDIS_URL: host and port of the servers are not right. Write {FORMS}."
            raise SettingError(msg)
        found.append((host, int(port or default)))
    return found


def _login(parts: SplitResult) -> dict[str, Any]:
    name, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return {"username": unquote(name) or None, "password": unquote(password) or None}


def connect(url: str) -> Redis | RedisCluster:
    """Return a client that answers in bytes; nothing is connected yet.

    Raises:
        SettingError: REDIS_URL has none of the forms.
    """
    parts = urlsplit(url)
    # No retries here: a command may have been carried out. The callers know which may be repeated.
    common: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_S,
        "socket_timeout": ANSWER_S,
        "socket_keepalive": True,
        "health_check_interval": 0,
        "retry": Retry(NoBackoff(), 0),
        # While these notifications (of Redis Enterprise alone) are on, redis-py hands out connections that are
        # closed: after a restart of the server the first call on each of them would fail.
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    if parts.scheme in {"redis", "rediss", "unix"}:
        try:
            if parts.scheme == "unix":
                del common["socket_keepalive"]
            # All partitions may ask at the same moment: they wait for a connection instead of failing.
            pool = BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=ANSWER_S, **common)
            return Redis.from_pool(pool)
        except ValueError:
            msg = f"REDIS_URL cannot be read. Write {FORMS}."
            raise SettingError(msg) from None
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if query.get("ssl") in {"1", "true"}:
        common["ssl"] = True
    if parts.scheme == "redis+sentinel":
        name, _, base = parts.path.strip("/").partition("/")
        if not name or (base and not base.isdigit()):
            msg = "REDIS_URL: redis+sentinel:// needs the name of the master: redis+sentinel://host:port,host:port/name"
            raise SettingError(msg)
        asked = {**common, "password": query.get("sentinel_password")}
        sentinel = Sentinel(hosts(parts, SENTINEL_PORT), sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
        master = sentinel.master_for(name, db=int(base or 0), max_connections=CONNECTIONS, **common, **_login(parts))
        assert isinstance(master, Redis)
        return master
    if parts.scheme == "redis+cluster":
        nodes = [ClusterNode(host, port) for host, port in hosts(parts, PORT)]
        del common["health_check_interval"]
        return RedisCluster(startup_nodes=nodes, max_connections=CONNECTIONS, **common, **_login(parts))
    msg = f"REDIS_URL cannot be read. Write {FORMS}."
    raise SettingError(msg)
