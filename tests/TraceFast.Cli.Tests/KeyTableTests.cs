using TraceFast.Tests;
using TraceFast.Training.Configuration;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>The configuration keys as users see them: in the README and in <c>train --help</c>.</summary>
public sealed class KeyTableTests
{
    [Fact]
    public void The_readme_has_the_keys_as_they_are_declared()
    {
        const string begin = "<!-- keys: as declared in src/TraceFast.Training/Configuration -->\n", end = "<!-- /keys -->";
        string readme = File.ReadAllText(Path.Combine(Oracles.RepositoryRoot, "README.md"));
        int from = readme.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        string made = KeyTable.Markdown(), written = Path.Combine(Oracles.RepositoryRoot, "artifacts", "configuration-keys.md");
        File.WriteAllText(written, made);
        Assert.True(
            readme[from..].StartsWith(made + end, StringComparison.Ordinal),
            $"the README's table of keys is out of date; put {written} between its markers");
    }

    [Fact]
    public void The_help_of_train_names_every_key_with_its_default()
    {
        (int code, string output, _) = Run("train", "--help");
        Assert.Equal(ExitCodes.Done, code);
        Assert.All(
            ConfigurationKeys.Applied,
            key => Assert.Contains(
                output.Split('\n'), line => line.TrimStart().StartsWith(key.Name + " ", StringComparison.Ordinal)
                    && line.Contains(key.Meaning, StringComparison.Ordinal)
                    && (key.Declared.Default is null or "" || line.EndsWith($"[{key.Declared.Default}]", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_help_of_other_commands_has_no_keys() =>
        Assert.DoesNotContain("per_device_train_batch_size", Run("merge", "--help").Output, StringComparison.Ordinal);
}
