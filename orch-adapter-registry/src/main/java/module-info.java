/**
 * Finds adapters, binds them to replicas and hands tasks to them. It never names an adapter: each is found as a service,
 * by its engine's name.
 */
module io.llamaorch.adapter.registry {
    requires transitive io.llamaorch.adapter.spi;
    requires dev.failsafe.core;
    requires static org.jspecify;
    requires org.slf4j;
    requires tools.jackson.core;

    exports io.llamaorch.adapter.registry;

    uses io.llamaorch.adapter.spi.AdapterFactory;
}
