#pragma warning disable RCS0056 // Lines of data are as long as they are.
using TraceFast.Data;
using TraceFast.Models.Config;

namespace TraceFast.Models.Tests;

/// <summary>generation_config.json, and the tokens that end a text.</summary>
public sealed class GenerationConfigTests
{
    private const int Vocabulary = 32;

    private const string Config = """
        {"model_type":"llama","vocab_size":32,"hidden_size":16,"intermediate_size":24,"num_hidden_layers":4,"num_attention_heads":4,"eos_token_id":EOS}
        """;

    [Fact]
    public void What_the_file_says_is_read()
    {
        GenerationConfig config = Read("""
            {"do_sample":true,"temperature":0.7,"top_k":20,"top_p":0.8,"min_p":0.1,"repetition_penalty":1.05,"max_new_tokens":99,"min_new_tokens":3,"min_length":5,
             "no_repeat_ngram_size":4,"suppress_tokens":[1,2],"begin_suppress_tokens":3,"bad_words_ids":[[4],[5,6]],"stop_strings":"END","eos_token_id":[7,8],
             "bos_token_id":1,"pad_token_id":-1,"use_cache":true,"transformers_version":"4.57.0","num_beams":1,"typical_p":1.0,"penalty_alpha":null,"length_penalty":0.5}
            """)!;
        Assert.True(config.Samples);
        Assert.Equal(
            (0.7, 20, 0.8, 0.1, 1.05, 99),
            (config.Temperature, config.TopK, config.TopP, config.MinP, config.RepetitionPenalty, config.MaxNewTokens));
        Assert.Equal((3, 5, 4), (config.MinNewTokens, config.MinLength, config.NoRepeatNgramSize));
        Assert.Equal([1, 2], config.SuppressTokens);
        Assert.Equal([3], config.BeginSuppressTokens);
        Assert.Equal([[4], [5, 6]], config.BadWords);
        Assert.Equal(["END"], config.StopStrings);
        Assert.Equal([7, 8], config.EndTokens);
        Assert.Empty(config.LeftOut);
    }

    [Fact]
    public void What_asks_for_something_else_is_listed() =>
        Assert.Equal(
            ["num_beams 4", "typical_p 0.9", "max_length 20", "sequence_bias [[[1],2.0]]", "some_new_key {\"a\":1}"],
            Read("""{"num_beams":4,"typical_p":0.9,"max_length":20,"sequence_bias":[[[1],2.0]],"some_new_key":{"a":1},"eta_cutoff":"""
                + """0,"forced_eos_token_id":null,"watermarking_config":{}}""")!
                .LeftOut.Select(k => $"{k.Key} {k.Value}"));

    [Fact]
    public void A_folder_without_the_file_says_nothing()
    {
        using TemporaryFolder folder = new();
        Assert.Null(GenerationConfig.Read(folder.Path, Vocabulary));
    }

    /// <summary>ONNX Runtime GenAI's exporter writes the same settings under "search".</summary>
    [Fact]
    public void An_exported_folder_says_it_under_search()
    {
        using TemporaryFolder folder = new();
        folder.Write(
            "genai_config.json",
            """{"model":{},"search":{"do_sample":false,"repetition_penalty":1.2,"max_length":2048,"num_beams":1,"early_stopping":"""
                + """true,"past_present_share_buffer":true,"top_k":50}}""");
        GenerationConfig config = GenerationConfig.Read(folder.Path, Vocabulary)!;
        Assert.Equal(1.2, config.RepetitionPenalty);
        Assert.Equal("genai_config.json", config.Source);
        Assert.Empty(config.LeftOut);
    }

    [Theory]
    [InlineData("""{"temperature":-1}""", "'temperature': found -1")]
    [InlineData("""{"temperature":"hot"}""", "'temperature'")]
    [InlineData("""{"top_k":-1}""", "'top_k': found -1")]
    [InlineData("""{"top_p":1.5}""", "'top_p': found 1.5")]
    [InlineData("""{"min_p":2}""", "'min_p': found 2")]
    [InlineData("""{"repetition_penalty":0}""", "'repetition_penalty': found 0")]
    [InlineData("""{"max_new_tokens":0}""", "'max_new_tokens': found 0")]
    [InlineData("""{"suppress_tokens":[32]}""", "'suppress_tokens': found [32]")]
    [InlineData("""{"bad_words_ids":[[]]}""", "'bad_words_ids': found [[]]")]
    [InlineData("""{"bad_words_ids":[1]}""", "'bad_words_ids': found [1]")]
    [InlineData(
        """{"eos_token_id":32}""", "'eos_token_id': found 32, expected token ids of the model's vocabulary, whole numbers from 0 to 31")]
    [InlineData("""{"eos_token_id":[2,-1]}""", "'eos_token_id': found [2,-1]")]
    [InlineData("""{"stop_strings":[""]}""", "'stop_strings'")]
    [InlineData("""{"do_sample":1}""", "'do_sample': found 1")]
    public void A_value_out_of_range_is_named(string json, string expected)
    {
        string message = Assert.ThrowsAny<InputException>(() => Read(json)).Message;
        Assert.Contains("generation_config.json: " + expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[2,5]", null, "2 5")]
    [InlineData("null", null, "")]
    [InlineData("2", """{"eos_token_id":[7]}""", "7")]
    [InlineData("2", """{"do_sample":true}""", "2")]
    // What the other file says does not count, right or wrong.
    [InlineData("99", """{"eos_token_id":7}""", "7")]
    public void Tokens_that_end_a_text_are_generation_configs_first(string config, string? generation, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ends(config, generation)));

    [Theory]
    [InlineData("32", null, "config.json: 'eos_token_id': found 32")]
    [InlineData("[1,99]", null, "config.json: 'eos_token_id': found [1,99]")]
    [InlineData("2", """{"eos_token_id":99}""", "generation_config.json: 'eos_token_id': found 99")]
    public void An_end_outside_the_vocabulary_names_file_and_key(string config, string? generation, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<InputException>(() => Ends(config, generation)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<int> Ends(string eos, string? generation)
    {
        using TemporaryFolder folder = new();
        folder.Write("config.json", Config.Replace("EOS", eos, StringComparison.Ordinal));
        if (generation is not null)
            folder.Write("generation_config.json", generation);
        return EndTokens.Read(folder.Path, DecoderConfig.Read(folder.Path));
    }

    private static GenerationConfig? Read(string json)
    {
        using TemporaryFolder folder = new();
        folder.Write("generation_config.json", json);
        return GenerationConfig.Read(folder.Path, Vocabulary);
    }
}
