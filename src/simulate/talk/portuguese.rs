//! Portuguese, of Brazil and of Portugal.

use super::{Country, Language};

#[rustfmt::skip] // a table of words reads better dense
pub(super) static LANGUAGE: Language = Language {
    countries: &[
        Country { iso: "BR", prefix: "55119", filler: "98000" },
        Country { iso: "BR", prefix: "55219", filler: "97000" },
        Country { iso: "BR", prefix: "55319", filler: "96000" },
        Country { iso: "PT", prefix: "3519", filler: "12000" },
    ],
    given: &[
        ("Ana", "ana"), ("João", "joao"), ("Beatriz", "beatriz"), ("Tiago", "tiago"), ("Letícia", "leticia"),
        ("Rafael", "rafael"), ("Camila", "camila"), ("Gustavo", "gustavo"), ("Inês", "ines"), ("Caetano", "caetano"),
        ("Luísa", "luisa"), ("Murilo", "murilo"), ("Débora", "debora"), ("Vinícius", "vinicius"), ("Sônia", "sonia"),
        ("Otávio", "otavio"), ("Priscila", "priscila"), ("Henrique", "henrique"), ("Marília", "marilia"), ("Davi", "davi"),
    ],
    family: &[
        ("Souza", "souza"), ("da Conceição", "conceicao"), ("Araújo", "araujo"), ("Figueiredo", "figueiredo"),
        ("Nogueira", "nogueira"), ("Guimarães", "guimaraes"), ("Teixeira", "teixeira"), ("Brandão", "brandao"),
        ("Macedo", "macedo"), ("Simões", "simoes"), ("Pacheco", "pacheco"), ("Lacerda", "lacerda"), ("Queirós", "queiros"),
        ("Vilela", "vilela"), ("Assunção", "assuncao"), ("Bittencourt", "bittencourt"),
    ],
    dialogues: &[
        "< Oi! Vocês ainda têm o tênis branco no 38?
         > Oi, {first}! Temos sim, o último par. Quer que eu reserve?
         < Quero, por favor! Passo aí amanhã
         > Reservado em seu nome até sábado 😊",
        "< Bom dia, meu pedido {order} já saiu?
         > Bom dia! Saiu hoje cedo, chega até dia {day}.
         <like 👍",
        "< Boa tarde, preciso da nota fiscal do pedido {order}
         > Boa tarde, {first}! Pode me passar o e-mail?
         < é o mesmo do cadastro
         > Pronto, acabei de enviar.
         < recebi, obrigada!",
        "<photo chegou assim, a caixa toda amassada 😕
         > Poxa, sentimos muito! O produto está inteiro?
         < o produto tá ok, mas era presente...
         > Mandamos outra caixa hoje mesmo, sem custo.",
        "< Queria marcar o ajuste da calça
         > Claro! Dia {day} às {time}?
         < Perfeito
         > Marcado! Até lá, {first}.",
        "< esse vestido tem em verde?
         > Só em azul e preto, o verde volta no mês que vem.
         < me avisa quando chegar?",
        "> Oi, {first}! A manga ficou boa depois do conserto?
         < ficou ótima, nem parece que rasgou
         <like ❤️",
        "< quanto fica o frete pra Campinas?
         > {price} por PAC, ou grátis acima de 300.
         < então vou pegar mais uma camiseta haha
         > Boa! Mando o link do pagamento.
         < pago!
         > Confirmado, pedido {order}.",
        "<voice
         > Ouvi aqui! A troca pode ser feita na loja até dia {day}.
         < beleza, valeu",
        "< Alguém entrega depois das {time}?
         > Entregamos até às 20h, é só avisar na portaria.",
        "< o tamanho M de vocês é grande?
         > É um pouco justo, {first}. Se ficar em dúvida, leve o G.
         < vou de G então",
        "< Vocês abrem no feriado?
         > Abrimos das 10h às 16h.
         < 🙏",
    ],
    ask_number: "Para o entregador: pode compartilhar o seu telefone por aqui?",
    notice: "Seu pedido está pronto para retirada. Trazer o código ou um documento.",
};
