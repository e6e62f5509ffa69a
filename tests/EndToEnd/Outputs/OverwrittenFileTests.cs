using System.Diagnostics;
using System.Security.Cryptography;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Outputs;

/// <summary>
/// Every command that writes, onto what is somebody's: what exists is refused unless --overwrite allows it, an input always, through links
/// too.
/// </summary>
public sealed class OverwrittenFileTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    public static TheoryData<string> Files => [.. Writer.Files.Keys];

    public static TheoryData<string> Folders => [.. Writer.Folders.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_there_is_replaced_only_where_that_is_asked_for(string name)
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, model.Folder);
        Writer writer = Writer.Files[name](folder);
        string output = folder.Write("mine/" + (writer.FixedName ?? "notes.jsonl"), "mine\n");
        Dictionary<string, string> before = Hashes(folder);
        Refused(writer, CommandHarness.Run(writer.Arguments(output)), output, "is there already", Writer.Overwrite);
        Assert.Equal(before, Hashes(folder));
        CommandHarness.Run([.. writer.Arguments(output), Writer.Overwrite]).Succeeds();
        Assert.NotEqual("mine\n", File.ReadAllText(output));

        string fresh = folder["new/deep/" + (writer.FixedName ?? "out.jsonl")];
        CommandHarness.Run(writer.Arguments(fresh)).Succeeds();
        Assert.True(File.Exists(fresh));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "*.writing-*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "*.lock", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_input_is_never_written_to(string name)
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, model.Folder);
        Writer writer = Writer.Files[name](folder);
        List<string> outputs = [];
        foreach (string input in writer.Inputs)
        {
            string file = Directory.Exists(folder[input])
                ? Directory.GetFiles(folder[input], "*.json").Order(StringComparer.Ordinal).First() : folder[input];
            if (writer.FixedName is null)
                outputs.Add(file);
            string linked = Path.Combine(Directory.CreateDirectory(folder[$"linked-{outputs.Count}"]).FullName, writer.FixedName ?? "link");
            File.CreateSymbolicLink(linked, file);
            string hard = Path.Combine(Directory.CreateDirectory(folder[$"hard-{outputs.Count}"]).FullName, writer.FixedName ?? "hard");
            Link(file, hard);
            outputs.AddRange([linked, hard]);
        }

        Dictionary<string, string> before = Hashes(folder);
        foreach (string output in outputs)
            foreach (string[] more in new[] { Array.Empty<string>(), [Writer.Overwrite] })
            {
                Refused(writer, CommandHarness.Run([.. writer.Arguments(output), .. more]), output, "which is read");
                Assert.Equal(before, Hashes(folder));
            }
    }

    [Theory]
    [InlineData("data stats --html")]
    [InlineData("data dedup --out")]
    [InlineData("data relabel --out")]
    [InlineData("eval --per-record")]
    [InlineData("eval --html")]
    [InlineData("eval --model --responses")]
    [InlineData("generate --out")]
    public void A_folder_is_no_file(string name)
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, model.Folder);
        Writer writer = Writer.Files[name](folder);
        folder.Write("full/x", "x");
        Dictionary<string, string> before = Hashes(folder);
        foreach (string output in new[] { folder["full"], "/dev/null" })
            Refused(writer, CommandHarness.Run([.. writer.Arguments(output), Writer.Overwrite]), output, "expected a file");
        Assert.Equal(before, Hashes(folder));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_that_holds_something_or_is_an_input_stays_as_it_is(string name)
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, DemoModel.Folder);
        (Writer writer, string allow) = Writer.Folders[name](folder);
        folder.Write("full/notes.txt", "mine\n");
        Directory.CreateSymbolicLink(folder["linked"], folder[writer.Inputs[0]]);
        Dictionary<string, string> before = Hashes(folder);

        Refused(writer, CommandHarness.Run(writer.Arguments(folder["full"])), folder["full"], "not empty");
        // The file's folder, and what holds them all.
        string[] inputs = [
            .. writer.Inputs.Select(i => Directory.Exists(folder[i]) ? folder[i] : Path.GetDirectoryName(folder[i])!), folder["linked"],
            folder.Path];
        foreach (string output in inputs)
            foreach (string[] more in new[] { Array.Empty<string>(), [allow] })
                Refused(writer, CommandHarness.Run([.. writer.Arguments(output), .. more]), output, "which is read");
        Refused(writer, CommandHarness.Run([.. writer.Arguments(folder["full/notes.txt"]), allow]), folder["full/notes.txt"], "is a file");
        Assert.Equal(before, Hashes(folder));
    }

    [Fact]
    public void Two_outputs_of_one_command_are_two_files()
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, model.Folder);
        Writer html = Writer.Files["eval --html"](folder);
        CommandResult result = CommandHarness.Run([.. html.Arguments(folder["same"]), "--per-record", folder["same"]]);
        Refused(html, result, folder["same"], "is named by --per-record too");
        Assert.False(File.Exists(folder["same"]));

        Writer responses = Writer.Files["eval --model --responses"](folder);
        foreach (string beside in new[] { "", ".prompts.jsonl", ".run.json" })
            Refused(html,
                CommandHarness.Run([.. responses.Arguments(folder["r.jsonl"]), "--html", folder["r.jsonl" + beside], "--overwrite"]),
                folder["r.jsonl" + beside], "is named by");
    }

    private static void Refused(Writer writer, CommandResult result, string output, params string[] expected)
    {
        Assert.True(result.Code == 2, $"{output}: exit code {result.Code}\n{result.Log}");
        string line = Assert.Single(
            result.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("error: ", StringComparison.Ordinal));
        foreach (string part in expected.Append(writer.Option).Append(output))
            Assert.Contains(part, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Hashes(TemporaryFolder folder) =>
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .ToDictionary(f => f, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    private static void Link(string file, string name)
    {
        using Process link = Process.Start("ln", [file, name]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }
}
