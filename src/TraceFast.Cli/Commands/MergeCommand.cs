using TraceFast.Models.Lora;

namespace TraceFast.Cli.Commands;

/// <summary>Merges a PEFT adapter into its base model.</summary>
internal static class MergeCommand
{
    public static Command Create(CommandStreams streams)
    {
        Option<string> model = new("--model") { Description = "folder of the base model", Required = true };
        Option<string> adapter = new("--adapter") { Description = "folder of the PEFT adapter", Required = true };
        Option<string> output = new("--out") { Description = "folder to write, absent or empty; it appears when it is complete",
            Required = true };
        Option<bool> overwrite = new("--overwrite") { Description = "replace an earlier merged model in the folder" };
        Command command = new(
            "merge", "Writes the base model with the adapter merged in: W + scaling B A, safetensors, configuration and tokenizer.\n"
                + "After the example of train:\nExample: tracefast merge --model "
                + "models/demo --adapter artifacts/iopo --out artifacts/merged")
        {
            model, adapter, output, overwrite,
        };
        command.SetAction(parsed =>
        {
            Merge.Run(parsed.GetValue(model)!, parsed.GetValue(adapter)!, parsed.GetValue(output)!, parsed.GetValue(overwrite));
            streams.Log.WriteLine($"merged model written to {parsed.GetValue(output)}");
            return ExitCodes.Done;
        });
        return command;
    }
}
