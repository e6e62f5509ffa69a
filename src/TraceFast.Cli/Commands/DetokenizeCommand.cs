using TraceFast.Tokenization;

namespace TraceFast.Cli.Commands;

/// <summary>Token ids back to text.</summary>
internal static class DetokenizeCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> folder = new("--tokenizer") { Description = "folder with tokenizer.json or tokenizer.model", Required = true };
        Option<bool> skipSpecial = new("--skip-special") { Description = "leave special tokens out of the text" };
        Option<bool> json = new("--json") { Description = "JSON lines, the only format; accepted so that scripts may name it" };
        Command command = new(
            "detokenize",
            "Turns token ids on stdin, {\"ids\"} a line, into {\"text\"}.\n"
                + "Example: echo '{\"ids\":[1,2]}' | tracefast detokenize --tokenizer models/demo")
        {
            folder, skipSpecial, json,
        };
        command.SetAction(parsed =>
        {
            Tokenizer tokenizer = Tokenizer.Load(parsed.GetValue(folder)!);
            JsonOutput output = new(streams.Output);
            bool skip = parsed.GetValue(skipSpecial);
            foreach (JsonLine line in TokenizeCommand.Lines(streams, interrupt))
            {
                int[] ids = line.TokenIds("ids");
                if (Array.FindIndex(ids, id => tokenizer.IdToToken(id) == null) is >= 0 and var at)
                    throw line.Error($"id {ids[at]} at place {at + 1} is not a token of this tokenizer (of {tokenizer.VocabularySize})");
                output.Line(w => w.WriteString("text", tokenizer.Decode(ids, skip)));
            }
            return ExitCodes.Done;
        });
        return command;
    }
}
