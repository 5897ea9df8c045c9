package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one writes in an afternoon: it reads lines, waits for {@code [DONE]}, takes the end of input for success, and
 * never looks at what the engine says besides text. It feeds the SPI's emitter, which is why not everything is wrong.
 */
final class NaiveAdapter implements WorkerAdapter {

    private static final Pattern CONTENT = Pattern.compile("\"content\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final AdapterConfig config;
    private final RunningStreams streams;
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "naive");
        thread.setDaemon(true);
        return thread;
    });

    private NaiveAdapter(AdapterConfig config) {
        this.config = config;
        this.streams = RunningStreams.create("naive", config, StreamLimits.DEFAULT);
    }

    /** Makes naive adapters. */
    static final class Factory implements AdapterFactory {
        @Override
        public String engine() {
            return "naive";
        }

        @Override
        public AdapterDescriptor descriptor() {
            return AdapterDescriptor.builder("Naive adapter", "0", AdapterDescriptor.SPI_GENERATION)
                    .build();
        }

        @Override
        public WorkerAdapter create(AdapterConfig config) {
            return new NaiveAdapter(config);
        }
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return streams.open(task, emitter -> executor.execute(() -> run(task, emitter)));
    }

    private void run(TaskRequest task, TokenEmitter emitter) {
        try {
            HttpURLConnection connection = connect("/completion");
            connection.setDoOutput(true);
            String body = "{\"prompt\":\"Once upon a time\",\"stream\":true,\"temperature\":0,\"n_predict\":"
                    + task.maxTokens().orElse(-1) + "}";
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                emitter.started("", StartDetails.NONE);
                String line = lines.readLine();
                while (line != null && !line.equals("data: [DONE]")) {
                    Matcher content = CONTENT.matcher(line);
                    if (line.startsWith("data:") && content.find()) {
                        emitter.token(content.group(1).strip());
                    }
                    line = lines.readLine();
                }
                emitter.end(StopReason.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
            }
        } catch (IOException e) {
            emitter.error(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "it did not work: " + e.getMessage()));
        }
    }

    private HttpURLConnection connect(String path) throws IOException {
        return (HttpURLConnection)
                URI.create(config.url().orElseThrow() + path).toURL().openConnection();
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return ask(() -> {
            try {
                int status = connect("/health").getResponseCode();
                return status == 200
                        ? WorkerHealth.healthy("it said 200")
                        : WorkerHealth.unhealthy(ErrorCode.POOL_UNAVAILABLE, "it said " + status);
            } catch (IOException e) {
                return WorkerHealth.unhealthy(ErrorCode.POOL_UNAVAILABLE, "it did not work: " + e.getMessage());
            }
        });
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return ask(() -> WorkerProperties.builder().slots(1).build());
    }

    private <T> CompletionStage<T> ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, executor);
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public void close() {
        streams.close();
    }
}
