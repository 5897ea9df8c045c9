package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import io.llamaorch.adapter.tck.internal.kit.Sayings;
import java.util.List;
import java.util.Set;

/** SEC: secrets, redirects, hostile values and hostile engines. */
interface SecurityRules extends Rules {

    /** A credential that would be noticed anywhere. */
    String CREDENTIAL = "kit-5ecret-c0ffee-1234567890";

    /** What an engine may say before it repeats a credential. */
    String LONG =
            "this engine was started with another key than the one that came with this request, and so it does not"
                    + " know what to make of it; should it really be ";

    /** Names as a caller's caller may choose them: each means something to JSON, HTTP, a shell or a template. */
    List<String> HOSTILE = List.of(
            "\"},{\"prompt\":\"x",
            "back\\slash\\\\\"",
            "%0d%0aX-Injected: yes",
            "\u2028\u2029\u00a0",
            "${jndi:x} $(x) `x` {{x}}",
            "../../../etc?a=b&c=d#e",
            "\u0436 caf\u00e9 \ud83e\udd99");

    /** Values that an extra must keep to itself. */
    List<String> HOSTILE_EXTRAS = List.of("\"},{\"stream\":false", "\\\"", "\u2028");

    /** Answers without an end. */
    List<Fault> ENDLESS = List.of(
            new HeadFault.EndlessHead(),
            new HeadFault.EndlessHeaderLine(),
            new BodyFault.EndlessChunkSize(2),
            new StreamFault.EndlessLine(2),
            new StreamFault.HugeEvent(2, 64L << 20));

    @Rule("SEC-01")
    default void sec01_credentialThatIsRefused_isNotTold() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().token(Secret.of("right")).build());
                WorkerAdapter stranger = bench.factory()
                        .create(bench.config().token(Secret.of(CREDENTIAL)).build())) {
            Sayings said =
                    new Sayings().add(stranger).add(stranger.submit(bench.task().build()));
            WorkerHealth health = bench.get("an answer on health", stranger.health());
            said.add(health.reason()).add(health).add(Sayings.failure(stranger.properties()));
            Heard heard = Heard.everything();
            stranger.submit(bench.task().build()).subscribe(heard);
            bench.check(
                    bench.ended(heard).terminals().stream().allMatch(TokenEvent.Error.class::isInstance),
                    "an Error, as the credential is refused",
                    heard::story,
                    "the status of the answer is not looked at");
            heard.events().forEach(said::add);
            notTold(bench, said);
        }
    }

    @Rule("SEC-01")
    default void sec01_credentialThatTheEngineRepeats_isNotTold() throws InterruptedException {
        try (Bench bench = open(new HeadFault.Status(
                        400,
                        "{\"error\":{\"code\":400,\"message\":\"" + LONG + CREDENTIAL + "?\"}}",
                        "application/json"));
                WorkerAdapter adapter = bench.factory()
                        .create(bench.config().token(Secret.of(CREDENTIAL)).build())) {
            Heard heard = Heard.everything();
            adapter.submit(bench.task().build()).subscribe(heard);
            bench.mustFail(heard, ErrorCode.INVALID_PARAMS);
            Sayings said = new Sayings();
            heard.events().forEach(said::add);
            notTold(bench, said);
        }
    }

    @Rule("SEC-01")
    default void sec01_secretOfAConfigurationThatIsRefused_isNotTold() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            AdapterConfig.Builder config =
                    bench.config().token(Secret.of(CREDENTIAL)).option("no-such-option", "1");
            bench.factory().descriptor().options().stream()
                    .filter(OptionSpec::secret)
                    .forEach(option -> config.option(option.name(), CREDENTIAL));
            Sayings said = new Sayings();
            try (WorkerAdapter adapter = bench.factory().create(config.build())) {
                said.add(adapter);
            } catch (RuntimeException refusal) {
                said.add(refusal);
            }
            notTold(bench, said);
            bench.mustEnd(bench.run());
        }
    }

    private static void notTold(Bench bench, Sayings said) {
        bench.check(
                said.with(CREDENTIAL).isEmpty(),
                "nothing that shows the credential, which may be told by its fingerprint",
                () -> said.with(CREDENTIAL).toString().replace(CREDENTIAL, "<the credential>"),
                "Secret.reveal() is called for a message, or a request is quoted with its headers",
                "what the engine said is quoted without taking the credential out");
    }

    @Rule("SEC-03")
    default void sec03_redirect_isNotFollowed() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL);
                TestEngine elsewhere = bench.another(EngineScript.WELL)) {
            String url = elsewhere
                    .configure(AdapterConfig.builder())
                    .build()
                    .url()
                    .orElseThrow(() -> new NotTestable("this engine has no address that one could be sent to"));
            String untouched = elsewhere.exchange();
            bench.engine().always(new HeadFault.Redirect(307, url));
            Heard heard = bench.run();
            bench.check(
                    heard.terminals().stream().allMatch(TokenEvent.Error.class::isInstance),
                    "an Error, as the engine sends its client elsewhere",
                    heard::story,
                    "the client of the adapter follows redirects by itself");
            bench.get("an answer on health", bench.adapter().health());
            var unused = Sayings.failure(bench.adapter().properties());
            bench.check(
                    elsewhere.tasks() == 0
                            && elsewhere.connectionsOpen() == 0
                            && elsewhere.exchange().equals(untouched),
                    "not a word to the place that the redirect names",
                    () -> elsewhere.tasks() + " tasks and " + elsewhere.connectionsOpen() + " open connections there; "
                            + elsewhere.exchange(),
                    "the client of the adapter follows redirects by itself");
        }
    }

    @Rule("SEC-04")
    default void sec04_hostileNames_changeNothing() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            String plain = bench.run().text();
            for (String name : HOSTILE) {
                int before = bench.engine().tasks();
                Heard heard = bench.run(bench.task()
                        .jobId(name)
                        .sessionId(name)
                        .correlationId(name)
                        .build());
                bench.mustEnd(heard, "a name is put into a request as it is: " + name);
                bench.check(
                        heard.text().equals(plain) && bench.engine().tasks() == before + 1,
                        "one task with the same text, whatever its names are: \"" + plain + "\"",
                        () -> (bench.engine().tasks() - before) + " tasks, \"" + heard.text() + "\" for " + name,
                        "a name is put into a header, a path or a body without being encoded");
            }
        }
    }

    @Rule("SEC-04")
    default void sec04_hostileExtra_changesNothing() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            String plain = bench.run().text();
            for (String value : HOSTILE_EXTRAS) {
                Heard heard = bench.run(bench.task().extra("x_" + value, value).build());
                if (heard.terminals().get(0) instanceof TokenEvent.Error) {
                    refuses(bench, heard);
                    continue;
                }
                bench.check(
                        heard.text().equals(plain),
                        "the same text, or a refusal, for an extra that no engine knows: \"" + plain + "\"",
                        heard::story,
                        "extras are put into the body as text instead of as JSON");
            }
        }
    }

    @Rule("SEC-04")
    default void sec04_extraThatTheAdapterOwns_isRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest task = bench.task().extra("stream", false).build();
            refuses(bench, bench.run(task));
            bench.check(
                    bench.engine().tasks() == 0,
                    "a refusal before anything is sent",
                    bench::engineNow,
                    "extras overwrite what the adapter sets");
            bench.mustEnd(bench.run());
        }
    }

    private static void refuses(Bench bench, Heard heard) throws InterruptedException {
        Set<ErrorCode> refusals = Set.of(ErrorCode.INVALID_PARAMS, ErrorCode.UNSUPPORTED);
        bench.check(
                bench.ended(heard).terminals().get(0) instanceof TokenEvent.Error error
                        && refusals.contains(error.error().code()),
                "Error(INVALID_PARAMS)",
                heard::story,
                "extras go to the engine unseen");
    }

    @Rule("SEC-05")
    default void sec05_whatHasNoEnd_isGivenUp() throws InterruptedException {
        for (Fault fault : ENDLESS) {
            try (Bench bench = open(fault)) {
                bench.mustFail(
                        bench.run(), ErrorCode.PROTOCOL, "what is read is kept without a bound: " + fault.text());
                bench.engineMust(
                        "no connection of that task is open",
                        () -> bench.engine().connectionsOpen() == 0,
                        "the stream fails, but the engine is read on (" + fault.text() + ")");
            }
        }
    }
}
