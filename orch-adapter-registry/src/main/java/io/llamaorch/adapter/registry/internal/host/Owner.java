package io.llamaorch.adapter.registry.internal.host;

/** Who bound a replica, and therefore may bind it anew or take it away without being asked to. */
interface Owner {

    /** A caller of the host. */
    Owner HAND = () -> false;

    /** Whether it is one no more, so that its replicas may become another's. */
    boolean isGone();
}
