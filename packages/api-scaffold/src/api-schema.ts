import type { Manifest } from '@create-mlops-model/core';

/** The same text in both official languages. */
export interface Bilingual {
  readonly en: string;
  readonly fr: string;
}

/** One value of a request or of an answer, as `api/schema.yaml` writes it. */
export interface ApiField {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'string';
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  /** May be left out or `null`. */
  readonly nullable?: boolean;
  /** How training encodes a number: as it is, or its logarithm. */
  readonly transform?: 'none' | 'log';
  readonly example: string | number | boolean | null;
  readonly description: Bilingual;
}

/** The contract of the API: what a caller sends for one row, and what comes back for it. */
export interface ApiSchema {
  readonly version: 1;
  readonly input: readonly ApiField[];
  readonly output: readonly ApiField[];
}

/** The contract that a new repository starts with. */
export function toApiSchema(manifest: Manifest): ApiSchema {
  const { example, task } = manifest.model;
  switch (example) {
    case 'over-asking':
      return { version: 1, input: houseInput, output: task === 'classification' ? soldOverAsking : priceReached };
    case 'none':
      return { version: 1, input: emptyInput, output: task === 'classification' ? classOutput : valueOutput };
  }
}

const houseInput: readonly ApiField[] = [
  {
    name: 'neighbourhood',
    type: 'string',
    enum: [
      'Alta Vista',
      'Barrhaven',
      'Centretown',
      'Glebe',
      'Gloucester',
      'Hintonburg',
      'Kanata',
      'Nepean',
      'Orléans',
      'Rockcliffe Park',
      'Vanier',
      'Westboro',
    ],
    example: 'Westboro',
    description: { en: 'Part of Ottawa', fr: 'Quartier d’Ottawa' },
  },
  {
    name: 'property_type',
    type: 'string',
    enum: ['condo', 'detached', 'row', 'semi'],
    example: 'detached',
    description: {
      en: 'Condominium, detached, row or semi-detached house',
      fr: 'Copropriété, maison individuelle, en rangée ou jumelée',
    },
  },
  {
    name: 'bedrooms',
    type: 'integer',
    minimum: 0,
    maximum: 20,
    example: 3,
    description: { en: 'Bedrooms', fr: 'Chambres' },
  },
  {
    name: 'bathrooms',
    type: 'integer',
    minimum: 0,
    maximum: 20,
    example: 2,
    description: { en: 'Bathrooms', fr: 'Salles de bain' },
  },
  {
    name: 'living_area',
    type: 'number',
    unit: 'm²',
    minimum: 10,
    maximum: 2000,
    transform: 'log',
    example: 142.5,
    description: { en: 'Living area', fr: 'Surface habitable' },
  },
  {
    name: 'lot_area',
    type: 'number',
    unit: 'm²',
    minimum: 0,
    maximum: 100000,
    nullable: true,
    transform: 'log',
    example: 410,
    description: {
      en: 'Size of the lot; none for a condominium',
      fr: 'Surface du terrain; aucune pour une copropriété',
    },
  },
  {
    name: 'year_built',
    type: 'integer',
    minimum: 1800,
    maximum: 2100,
    example: 1968,
    description: { en: 'Year of construction', fr: 'Année de construction' },
  },
  {
    name: 'parking',
    type: 'integer',
    minimum: 0,
    maximum: 20,
    example: 1,
    description: { en: 'Parking spaces', fr: 'Places de stationnement' },
  },
  {
    name: 'list_price',
    type: 'number',
    unit: 'CAD',
    minimum: 10000,
    maximum: 50000000,
    transform: 'log',
    example: 684900,
    description: { en: 'Asking price', fr: 'Prix demandé' },
  },
  {
    name: 'days_on_market',
    type: 'integer',
    unit: 'days',
    minimum: 0,
    maximum: 3650,
    example: 6,
    description: { en: 'Days since the house was listed', fr: 'Jours depuis la mise en vente' },
  },
  {
    name: 'mortgage_rate',
    type: 'number',
    unit: '%',
    minimum: 0,
    maximum: 30,
    example: 4.5,
    description: { en: 'Five-year fixed mortgage rate', fr: 'Taux hypothécaire fixe de cinq ans' },
  },
  {
    name: 'months_of_inventory',
    type: 'number',
    unit: 'months',
    minimum: 0,
    maximum: 60,
    example: 2.4,
    description: {
      en: 'Houses for sale divided by sales a month',
      fr: 'Maisons à vendre divisées par les ventes d’un mois',
    },
  },
];

const soldOverAsking: readonly ApiField[] = [
  {
    name: 'label',
    type: 'boolean',
    example: true,
    description: {
      en: 'Whether the house is expected to sell over the asking price',
      fr: 'Si la maison devrait se vendre au-dessus du prix demandé',
    },
  },
  {
    name: 'probability',
    type: 'number',
    minimum: 0,
    maximum: 1,
    example: 0.64,
    description: { en: 'Probability of a sale over asking', fr: 'Probabilité d’une vente au-dessus du prix demandé' },
  },
];

const priceReached: readonly ApiField[] = [
  {
    name: 'prediction',
    type: 'number',
    unit: '%',
    example: 102.3,
    description: { en: 'Price reached, of the asking price', fr: 'Prix obtenu, par rapport au prix demandé' },
  },
];

const emptyInput: readonly ApiField[] = [
  {
    name: 'first_feature',
    type: 'number',
    minimum: 0,
    maximum: 100,
    example: 12.5,
    description: { en: 'A number your model looks at', fr: 'Un nombre que votre modèle examine' },
  },
  {
    name: 'second_feature',
    type: 'string',
    enum: ['a', 'b'],
    example: 'a',
    description: { en: 'A category your model looks at', fr: 'Une catégorie que votre modèle examine' },
  },
];

const classOutput: readonly ApiField[] = [
  {
    name: 'label',
    type: 'boolean',
    example: true,
    description: { en: 'The predicted class', fr: 'La classe prédite' },
  },
  {
    name: 'probability',
    type: 'number',
    minimum: 0,
    maximum: 1,
    example: 0.64,
    description: { en: 'Probability of the class true', fr: 'Probabilité de la classe true' },
  },
];

const valueOutput: readonly ApiField[] = [
  {
    name: 'prediction',
    type: 'number',
    example: 1.5,
    description: { en: 'The predicted value', fr: 'La valeur prédite' },
  },
];
