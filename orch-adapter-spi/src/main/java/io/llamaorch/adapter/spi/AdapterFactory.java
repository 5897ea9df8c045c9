package io.llamaorch.adapter.spi;

/**
 * The door by which a host finds an adapter: a service provider, named both in the adapter's {@code module-info} and in
 * its {@code META-INF/services}, with a public constructor that takes nothing and does nothing.
 *
 * <p>A host makes one factory of each kind and calls {@link #create} once for each engine endpoint. A factory may hold
 * what its adapters share, such as an I/O thread, as long as that starts with their first use and ends with the last
 * adapter's close.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface AdapterFactory {

    /** {@return the engine's name, by which hosts and users ask for it: {@code [a-z][a-z0-9-]{0,31}}} */
    String engine();

    /** {@return what the adapter says about itself; does no I/O} */
    AdapterDescriptor descriptor();

    /**
     * Makes an adapter for one engine endpoint. Does no I/O and starts no thread (CFG-04), so it succeeds whether or not
     * the engine is there.
     *
     * @param config all that the adapter is told
     * @return the adapter; the caller closes it
     * @throws IllegalArgumentException if the configuration is wrong; one message names every fault in it
     */
    WorkerAdapter create(AdapterConfig config);
}
