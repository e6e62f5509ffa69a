using System.Diagnostics;
using System.Text;
using TraceFast.Data;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Tests.Configuration;

public sealed class YamlReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-yaml-").FullName;

    [Theory]
    [InlineData("a: 1\na: 2\n", ":2: key 'a' is given twice")]
    [InlineData("a: &x [1]\nb: *x\n", ":1: anchors and aliases")]
    [InlineData("b: *x\n", ":1: ")]
    [InlineData("a: !!python/object:os.system x\n", ":1: the tag tag:yaml.org,2002:python/object:os.system is not accepted")]
    [InlineData("- a\n- b\n", "found a list of 2; expected 'key: value' lines")]
    [InlineData("just text\n", "found 'just text'")]
    [InlineData("a: 1\n---\nb: 2\n", ":2: a second document begins")]
    [InlineData("a:\n\tb: 1\n", ":2: the line is indented with a tab")]
    [InlineData("a: 1\nb: 2\nc:\n  d: 1\n  \te: 2\nf: 3\n", ":5: the line is indented with a tab")]
    [InlineData("a: 1\n\tb: 2\nc: 3\n", ":2: the line is indented with a tab")]
    [InlineData("a:\n  - 1\n\t- 2\n", ":3: the line is indented with a tab")]
    [InlineData("a: 1\nb: 2\nc: 3\nd: 4\ne:\n\tf: 1\n", ":6: the line is indented with a tab")]
    [InlineData("a: |\n  \tcode\nb: 2\nc:\n\td: 1\n", ":5: the line is indented with a tab")]
    [InlineData("a: [1, 2\n", "not YAML")]
    [InlineData("a: 'open\n", "not YAML")]
    [InlineData("? [1]\n: 2\n", "found a list of 1 as a key")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "nested more than 16 levels deep")]
    public void What_is_not_a_plain_mapping_is_refused_with_its_line(string text, string expected)
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, text);
        string message = Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith(path + ":", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:\t1\n")]
    [InlineData("a: |\n  \tcode\n  more\n")]
    [InlineData("a: 1\t# note\nb: 2\n")]
    public void A_tab_where_yaml_has_one_is_fine(string text)
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, text);
        Assert.Equal("a", YamlReader.ReadFile(path).Entries[0].Key);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_a_large_file_a_folder_and_a_missing_file_are_refused()
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllBytes(path, [.. "a: 1\nb: "u8, 0xff, 0xfe]);
        Assert.Contains(
            "c.yaml:2: byte 8 is not UTF-8", Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(path, "a: " + new string('x', 1 << 20));
        Assert.Contains(
            "expected a configuration of at most 1048576 bytes", Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is a folder, expected a file", Assert.Throws<InputException>(() => YamlReader.ReadFile(_folder)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read", Assert.Throws<InputException>(() => YamlReader.ReadFile(Path.Combine(_folder, "none"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_and_an_empty_file_are_fine()
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, "a: 1\n", new UTF8Encoding(true));
        Assert.Equal("a", Assert.Single(YamlReader.ReadFile(path).Entries).Key);
        File.WriteAllText(path, "# nothing\n");
        Assert.Empty(YamlReader.ReadFile(path).Entries);
    }

    [Fact]
    public void Mutated_configurations_give_a_configuration_or_an_input_error_and_nothing_else()
    {
        byte[] original = System.Text.Encoding.UTF8.GetBytes(
            "model_name_or_path: m\nstage: iopo\n# comment\npref_beta: 0.1\nlr_scheduler_type: cosine\n"
                + "lr_scheduler_kwargs: {num_cycles: 2}\ndataset: [a, 'b']\noutput_dir: \"o\"\n"
            + "lora_target: |\n  all\ndeepspeed:\n  zero: {stage: 3}\nbf16: true\nval_size: 0.1\n");
        string path = Path.Combine(_folder, "c.yaml");
        byte[][] hostile = [
            .. new[] { "&a [*a,*a]", "[[[[[[", "{{{{", "? ? ?", "%YAML 9.9\n---\n", "!!binary x", "\0", "\u2028", "<<: *x", "- - - -",
                "\t\t", "|9\n", "'", "\"\\x" }.Select(System.Text.Encoding.UTF8.GetBytes)];
        Random random = new(11);
        Stopwatch watch = Stopwatch.StartNew();
        int accepted = 0;
        for (int trial = 0; trial < 600; trial++)
        {
            List<byte> bytes = new(original);
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes.RemoveRange(at, bytes.Count - at);
                        bytes.Add((byte)'\n');
                        break;
                    case 2:
                        bytes.InsertRange(at, hostile[random.Next(hostile.Length)]);
                        break;
                    default:
                        bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(1, 400)));
                        break;
                }
            }
            File.WriteAllBytes(path, [.. bytes]);
            try
            {
                _ = RunConfiguration.Load(path).Effective;
                accepted++;
            }
            catch (InputException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
        Assert.InRange(accepted, 1, 550);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    [InlineData('?')]
    [InlineData('a')]
    [InlineData('\'')]
    [InlineData('\t')]
    [InlineData('\n')]
    public void A_megabyte_of_one_character_ends_soon(char c)
    {
        string path = Path.Combine(_folder, "c.yaml");
        foreach (string unit in new[] { $"{c}", $"{c} ", $"{c}: " })
        {
            File.WriteAllText(path, string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)));
            Stopwatch watch = Stopwatch.StartNew();
            try
            {
                YamlReader.ReadFile(path);
            }
            catch (InputException e)
            {
                Assert.True(e.Message.Length < 2000, e.Message.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"'{unit}': {watch.Elapsed}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
