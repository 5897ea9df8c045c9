package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Prompt;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch template}. */
@Command(name = "template", description = "Shows the text that the model is given for a conversation.")
final class TemplateCommand implements Callable<Integer> {

    private static final Pattern SPOKEN = Pattern.compile("(system|user|assistant|tool):(.*)", Pattern.DOTALL);

    private final Terminal terminal;

    @Parameters(
            paramLabel = "MESSAGE",
            arity = "1..*",
            description =
                    "What is said, in its order, as ROLE:TEXT; without a role (system, user, assistant, tool) the user"
                            + " says it. A lone - reads OpenAI's JSON from standard input.")
    private List<String> messages = List.of();

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object.")
    private boolean json;

    TemplateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Prompt.Chat chat = messages.size() == 1 && TextArgument.isStandardInput(messages.get(0))
                ? ChatJson.read(terminal.readAll())
                : new Prompt.Chat(
                        messages.stream().map(TemplateCommand::message).toList(), List.of());
        try (Departure departure = Departure.watch();
                Engines engines = Engines.openOrScripted(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            String text = Stages.join(engines.capability(ChatTemplates.class, Capability.CHAT_TEMPLATES)
                    .render(chat));
            if (json) {
                terminal.println(JsonLine.of(line -> line.put("prompt", text)));
            } else {
                terminal.print(text.endsWith("\n") ? text : text + "\n");
            }
            return ExitCode.OK.number();
        }
    }

    private static ChatMessage message(String given) {
        Matcher spoken = SPOKEN.matcher(TextArgument.typed("message", given));
        return spoken.matches()
                ? ChatMessage.of(ChatMessage.Role.valueOf(spoken.group(1).toUpperCase(Locale.ROOT)), spoken.group(2))
                : ChatMessage.of(ChatMessage.Role.USER, given);
    }
}
