#pragma warning disable RCS0056 // Lines of data are as long as they are.
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Tests.Generation;

/// <summary>The user's settings stand before generation_config.json, and that before the program's own.</summary>
public sealed class GenerationDefaultsTests
{
    private const string Whole = """
        {"do_sample":true,"temperature":0.7,"top_k":20,"top_p":0.8,"min_p":0.1,"repetition_penalty":1.05,"max_new_tokens":99,"min_new_tokens":3,"min_length":5,
         "no_repeat_ngram_size":4,"suppress_tokens":[1,2],"begin_suppress_tokens":[3],"bad_words_ids":[[4],[5,6]],"stop_strings":["END"],"eos_token_id":[7,8],"num_beams":4}
        """;

    [Fact]
    public void What_the_user_does_not_name_is_the_files()
    {
        (GenerationSettings settings, string[] lines) = Apply(Whole, new GenerationSettings());
        SamplingOptions sampling = settings.Sampling;
        Assert.Equal(
            (0.7, 20, 0.8, 0.1, 1.05), (sampling.Temperature, sampling.TopK, sampling.TopP, sampling.MinP, sampling.RepetitionPenalty));
        Assert.Equal((99, 3, 5, 4), (settings.MaxNewTokens, sampling.MinNewTokens, sampling.MinLength, sampling.NoRepeatNgramSize));
        Assert.Equal([1, 2], sampling.SuppressTokens);
        Assert.Equal([3], sampling.BeginSuppressTokens);
        Assert.Equal([[4], [5, 6]], sampling.BadWords);
        Assert.Equal(["END"], settings.StopStrings);
        Assert.Equal(
            "decoding by generation_config.json: takes do_sample true, temperature 0.7, "
                + "max_new_tokens 99, stop_strings [\"END\"], top_k 20, top_p 0.8, min_p 0.1, "
            + "repetition_penalty 1.05, no_repeat_ngram_size 4, min_new_tokens 3, min_length 5, suppress_tokens [1,2], "
            + "begin_suppress_tokens [3], bad_words_ids [[4],[5,6]], "
            + "eos_token_id [7,8]; leaves out num_beams 4 (no counterpart here)", Assert.Single(lines));
    }

    [Theory]
    [InlineData(NamedSettings.Temperature)]
    [InlineData(NamedSettings.TopK)]
    [InlineData(NamedSettings.TopP)]
    [InlineData(NamedSettings.MinP)]
    [InlineData(NamedSettings.RepetitionPenalty)]
    [InlineData(NamedSettings.MaxNewTokens)]
    [InlineData(NamedSettings.StopStrings)]
    public void What_the_user_names_is_the_users(NamedSettings named)
    {
        GenerationSettings asked = new()
        {
            Named = named, MaxNewTokens = 11, StopStrings = ["x"],
            Sampling = new SamplingOptions { Temperature = 0.5, TopK = 7, TopP = 0.6, MinP = 0.2, RepetitionPenalty = 1.5 },
        };
        GenerationSettings settings = Apply(Whole, asked).Settings;
        Assert.Equal(named.HasFlag(NamedSettings.Temperature) ? 0.5 : 0.7, settings.Sampling.Temperature);
        Assert.Equal(named.HasFlag(NamedSettings.TopK) ? 7 : 20, settings.Sampling.TopK);
        Assert.Equal(named.HasFlag(NamedSettings.TopP) ? 0.6 : 0.8, settings.Sampling.TopP);
        Assert.Equal(named.HasFlag(NamedSettings.MinP) ? 0.2 : 0.1, settings.Sampling.MinP);
        Assert.Equal(named.HasFlag(NamedSettings.RepetitionPenalty) ? 1.5 : 1.05, settings.Sampling.RepetitionPenalty);
        Assert.Equal(named.HasFlag(NamedSettings.MaxNewTokens) ? 11 : 99, settings.MaxNewTokens);
        Assert.Equal(named.HasFlag(NamedSettings.StopStrings) ? ["x"] : ["END"], settings.StopStrings);
    }

    [Fact]
    public void Without_do_sample_the_files_temperature_is_nothing()
    {
        (GenerationSettings settings, string[] lines) = Apply("""{"temperature":0.7,"top_k":20,"top_p":0.8}""", new GenerationSettings());
        Assert.True(settings.Sampling.IsGreedy);
        Assert.Equal(new SamplingOptions(), settings.Sampling);
        Assert.Empty(lines);
        // A user who draws gets the file's other settings.
        settings = Apply(
            """{"temperature":0.7,"top_k":20,"top_p":0.8}""",
            new GenerationSettings { Named = NamedSettings.Temperature, Sampling = new SamplingOptions { Temperature = 1 } }).Settings;
        Assert.Equal((1, 20, 0.8), (settings.Sampling.Temperature, settings.Sampling.TopK, settings.Sampling.TopP));
    }

    [Fact]
    public void Do_sample_alone_is_transformers_sampling()
    {
        SamplingOptions sampling = Apply("""{"do_sample":true}""", new GenerationSettings()).Settings.Sampling;
        Assert.Equal((1, 50, 1), (sampling.Temperature, sampling.TopK, sampling.TopP));
        Assert.True(
            Apply("""{"do_sample":true}""", new GenerationSettings { Named = NamedSettings.Temperature }).Settings.Sampling.IsGreedy);
    }

    [Fact]
    public void Evaluation_leaves_the_file_out_and_says_so()
    {
        List<string> lines = [];
        GenerationDefaults.LogIgnored(
            Read("""{"do_sample":true,"temperature":0.7,"repetition_penalty":1.05,"eos_token_id":7}"""), new GenerationSettings(),
            "evaluation decodes as its options say", lines.Add);
        Assert.Equal(
            "decoding by generation_config.json: takes eos_token_id [7]; leaves out do_sample true, temperature 0.7, top_k 50, "
                + "repetition_penalty 1.05 (evaluation decodes as its options say)",
            Assert.Single(lines));
        lines.Clear();
        GenerationDefaults.LogIgnored(Read("""{"eos_token_id":7,"pad_token_id":0}"""), new GenerationSettings(), "x", lines.Add);
        GenerationDefaults.LogIgnored(null, new GenerationSettings(), "x", lines.Add);
        Assert.Empty(lines);
    }

    private static (GenerationSettings Settings, string[] Lines) Apply(string json, GenerationSettings asked)
    {
        List<string> lines = [];
        return (GenerationDefaults.Apply(Read(json), asked, lines.Add), [.. lines]);
    }

    private static GenerationConfig Read(string json)
    {
        using TemporaryFolder folder = new();
        folder.Write("generation_config.json", json);
        return GenerationConfig.Read(folder.Path, 32)!;
    }
}
