package io.llamaorch.adapter.tck.internal.live;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.NotTestable;
import io.llamaorch.adapter.tck.TestEngine;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A real engine as it is seen on the wire: an answer that has begun is a slot that is busy, and a piece of text is a token.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class LiveEngine implements TestEngine {

    private final URI url;
    private final Optional<Secret> token;
    private final EngineDialect dialect;
    private final Relay relay;

    LiveEngine(URI url, Optional<Secret> token, EngineDialect dialect, boolean stepped) {
        this.url = url;
        this.token = token;
        this.dialect = dialect;
        this.relay = Relay.start(url, dialect == EngineDialect.OPENAI, stepped);
    }

    @Override
    public AdapterConfig.Builder configure(AdapterConfig.Builder config) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        config.url("http://127.0.0.1:" + relay.port() + path);
        token.ifPresent(config::token);
        return config;
    }

    @Override
    public void release(int tokens) {
        relay.pace().release(tokens);
    }

    @Override
    public void always(Fault fault) {
        throw new NotTestable("a real engine does not go wrong on demand (" + fault.text() + ")");
    }

    @Override
    public void well() {}

    @Override
    public int tasks() {
        return relay.count(Exchange::isTask);
    }

    @Override
    public int slotsTaken() {
        return relay.count(each -> each.isTask() && each.isAccepted());
    }

    @Override
    public int slotsBusy() {
        return relay.count(each -> each.isTask() && each.isAccepted() && !each.isOver());
    }

    @Override
    public int tasksQueued() {
        return relay.count(each -> each.isTask() && !each.isAccepted() && !each.isOver());
    }

    @Override
    public long tokensGenerated() {
        return relay.sum(Exchange::pieces);
    }

    @Override
    public int wakeUps() {
        throw new NotTestable("a real engine does not tell how often it was woken");
    }

    @Override
    public int clientsLeft() {
        return relay.count(each -> each.isTask() && each.wasLeft());
    }

    @Override
    public int connectionsOpen() {
        return relay.open();
    }

    @Override
    public String textSent() {
        return relay.last().map(Exchange::text).orElse("");
    }

    @Override
    public int strayInput() {
        return relay.last().map(Exchange::strayInput).orElse(0);
    }

    @Override
    public String exchange() {
        return relay.last().map(Exchange::story).orElse("");
    }

    @Override
    public boolean runsOn(Thread thread) {
        return relay.runsOn(thread);
    }

    /** Nobody here knows what it was started for. */
    @Override
    public Set<Capability> mayLack() {
        Set<Capability> unknown = EnumSet.of(Capability.EMBEDDINGS, Capability.ENGINE_METRICS);
        unknown.addAll(dialect.lacks());
        return unknown;
    }

    @Override
    public Set<Fact> tells() {
        return dialect.tells();
    }

    @Override
    public boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        return relay.await(condition, atMost);
    }

    @Override
    public void close() {
        relay.close();
    }
}
