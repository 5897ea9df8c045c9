/**
 * What an adapter implements and what a host calls: the contract between an orchestrator and an inference engine.
 *
 * <p>The module depends on nothing at run time. It ships the hard part of an adapter too, the
 * {@linkplain io.llamaorch.adapter.spi.TokenEmitter emitter}, so that it is written, and right, once.
 */
module io.llamaorch.adapter.spi {
    requires static org.jspecify;

    exports io.llamaorch.adapter.spi;
}
